/** Invented conflicts, held and refused entries for both galleries. */
import type { AboutRecord, AttentionItem, ConflictCard, ConflictLine, ConflictQuery, ConflictSide, HeldCard } from '../src/backend/generated'

const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString()
const about = (id: string, title: string | null, door_label: string | null = '3-2-1203'): AboutRecord => ({ record: `resident:${id}`, kind: 'resident', title, door_label, building: 'b1', dwelling: 'b1-1-9-2' })
const side = (n: number, shown: string | null, by: string, more: Partial<ConflictSide> = {}): ConflictSide => ({ side: `s${n}`, shown, by, at: ago(n * 5), device: 10 + n, here: n === 1, wins: n === 1, restores: false, changed: [], differs_hidden: false, ...more })
const field = { more: 0, second: null, choices: [], seen: ['s1', 's2'] }

const card: ConflictCard = {
  about: about('r1', '单雄信'),
  fields: [
    { ...field, field: 'phone', base: '100****5678', base_known: true, second: 'phone_2', input: 'phone', sides: [side(1, '100****0002', '单晓梅'), side(2, '100****4003', '赵海燕')] },
    { ...field, field: 'gender', base: null, base_known: false, input: 'choice', choices: ['female', 'male'], sides: [side(1, 'female', '单晓梅'), side(2, 'male', '赵海燕')] },
  ],
}
const open: ConflictLine[] = [
  { about: card.about, field: 'phone', sides: [...card.fields[0]!.sides], settled: null },
  { about: about('r2', null, null), field: 'deleted', sides: [side(1, null, '赵海燕'), side(2, null, '单晓梅', { restores: true, changed: ['phone'] }), side(3, null, '李娜', { restores: true, changed: ['child:visit'] })], settled: null },
]
const settled: ConflictLine[] = [{ about: about('r3', '尉迟恭', '5-1-301'), field: 'name', sides: [side(1, '尉迟恭', '单晓梅'), side(2, '尉迟公', '赵海燕')], settled: { by: '赵海燕', at: ago(26), shown: '尉迟恭', can_undo: true } }]
const entry = (edit: string, fate: AttentionItem['fate'], more: Partial<AttentionItem>): AttentionItem => ({ edit, about: about('r4', '王桂兰'), fate, code: null, fields: [{ field: 'phone', shown: '100****0009', hidden: false }], words: null, decided_by: null, by: '单晓梅', saved_at: ago(30), read: false, can_retry: false, is_here: true, ...more })
const told: AttentionItem[] = [
  entry('e1', 'refused', { code: 'never_allowed', can_retry: true }),
  entry('e4', 'refused', { code: 'must_be_private', can_retry: true, is_here: false, about: { ...about('i9', '261123-07-9', null), record: 'issue:i9', kind: 'issue', dwelling: null, building: null }, fields: [{ field: 'words', shown: '隔壁夜里总吵架，想请人劝一劝。', hidden: false }, { field: 'place', shown: '3号楼1单元', hidden: false }] }),
  entry('e2', 'declined', { words: '这个号码是旧的，已经停用。', decided_by: '赵海燕', fields: [{ field: 'phone', shown: null, hidden: true }], is_here: false }),
  entry('e3', 'too_late', { about: { ...about('i1', '261123-07-4', null), kind: 'issue_step' }, fields: [{ field: 'words', shown: '不属于本社区。', hidden: false }], read: true }),
]
const held: HeldCard[] = [{ held: 'h1', about: about('r5', '李淑珍'), creates: false, fields: [{ field: 'phone', now: '100****1111', entered: '100****2222' }], by: '徐丽', at: ago(50), reason: 'right_ended', decision: null, words: null, decided_by: null }]

/** Answers of the core; `done` gives what saving answers. */
export function reviewAnswers(done: () => unknown) {
  return {
    list_conflicts: ({ settled: wanted }: ConflictQuery) => (wanted ? settled : open),
    conflict_card: () => card,
    settle_conflict: done,
    undo_settlement: done,
    list_attention: () => told,
    mark_read: ({ edit }: { edit: string }) => told.filter((one) => one.edit === edit).forEach((one) => (one.read = true)),
    retry_edit: done,
    list_held: () => held,
    decide_held: done,
  }
}
