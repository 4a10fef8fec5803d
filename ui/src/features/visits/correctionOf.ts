import type { VisitCorrection, VisitLine, VisitOutcome } from '@/backend/generated'
import { asksFor, visitProblems, type VisitDraft } from './visitRules'

/** A correction being typed. `kind` says whether another visit stands in the place of the first, or none. */
export type CorrectionDraft = Omit<VisitDraft, 'photos'> & { kind: 'other' | 'none' }

export const emptyCorrection = (): CorrectionDraft => ({ kind: 'other', outcome: null, met: [], said: '', revisit_on: '' })

/** What was recorded, to begin from. */
export const fromVisit = (visit: VisitLine): CorrectionDraft => ({ kind: 'other', outcome: visit.outcome, met: [...visit.met_ids], said: visit.said ?? '', revisit_on: visit.revisit_on ?? '' })

/** What must be mended. The day to come again may have passed since, as long as it is the one that was recorded. */
export function correctionProblems(draft: CorrectionDraft, visit: VisitLine | undefined, today: string): Record<string, string> {
  if (draft.kind === 'none') return {}
  const { revisit_on, ...others } = visitProblems({ ...draft, photos: [] }, today)
  const asRecorded = revisit_on === 'past_date' && draft.revisit_on === visit?.revisit_on
  return { ...others, ...(revisit_on && !asRecorded ? { revisit_on } : {}) }
}

/** The correction to save: only what the outcome asks for. */
export function correctionOf(visit: string, draft: CorrectionDraft): VisitCorrection {
  const asks = asksFor(draft.outcome)
  return {
    visit,
    void: draft.kind === 'none',
    outcome: draft.outcome as VisitOutcome,
    met: asks.met ? draft.met : [],
    said: draft.said.trim() || null,
    revisit_on: asks.date === 'no' ? null : draft.revisit_on || null,
  }
}
