/** Invented answers about who changed what, for both shells. `partial` tells what is known without the network. */
import type { HistoryChange, HistoryField, RecordHistory } from '../src/backend/generated'

const field = (name: string, before: string | null, after: string | null, more: Partial<HistoryField> = {}): HistoryField => ({ field: name, before, before_known: true, after, masked: false, ...more })
const change = (edit: string, hoursAgo: number, by: string, fields: HistoryField[], more: Partial<HistoryChange> = {}): HistoryChange => ({ edit, at: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(), by, created: false, mark: 'sent', fields, ...more })

const here = [
  change('e4', 1, '王芳', [field('phone', null, '100****1222', { before_known: false, masked: true })], { mark: 'saved_here' }),
  change('e3', 30, '李娜', [field('name', null, '尉迟建国', { before_known: false })]),
]
const older = [
  change('e3', 30, '李娜', [field('name', '尉迟建围', '尉迟建国')]),
  change('e2', 300, '李娜', [field('phone', '100****5670', '100****5678', { masked: true }), field('languages', null, '普通话')]),
  change('e1', 9_000, '', [field('name', null, '尉迟建围'), field('gender', null, 'male'), field('phone', null, '100****5670', { masked: true })], { created: true }),
]

export const historyAnswers = {
  history_here: (): RecordHistory => ({ changes: here, whole: false, earlier: 0 }),
  history_whole: (): RecordHistory => ({ changes: [here[0] as HistoryChange, ...older], whole: true, earlier: 2 }),
}
