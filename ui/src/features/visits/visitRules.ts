import type { HouseholdFile, NewVisit, VisitOutcome } from '@/backend/generated'

/** What has been typed about a visit so far. Kept whole when the outcome changes, so that nothing is typed twice. */
export interface VisitDraft {
  outcome: VisitOutcome | null
  met: string[]
  said: string
  revisit_on: string
  /** Ids of picked photos. */
  photos: string[]
}

export interface VisitProblems {
  outcome?: 'need_outcome'
  revisit_on?: 'need_date' | 'past_date' | 'bad_date'
  said?: 'too_long'
}

export const outcomes: readonly VisitOutcome[] = ['met', 'nobody', 'appointment', 'refused', 'vacant', 'moved']

export const emptyDraft = (): VisitDraft => ({ outcome: null, met: [], said: '', revisit_on: '', photos: [] })

/** What an outcome asks for. */
export function asksFor(outcome: VisitOutcome | null): { met: boolean; date: 'no' | 'offered' | 'required' } {
  return { met: outcome === 'met', date: outcome === 'appointment' ? 'required' : outcome === 'nobody' ? 'offered' : 'no' }
}

export function visitProblems(draft: VisitDraft, today: string): VisitProblems {
  const problems: VisitProblems = {}
  const { date } = asksFor(draft.outcome)
  if (draft.outcome === null) problems.outcome = 'need_outcome'
  if (date === 'required' && draft.revisit_on === '') problems.revisit_on = 'need_date'
  else if (date !== 'no' && draft.revisit_on !== '') {
    if (!isDay(draft.revisit_on)) problems.revisit_on = 'bad_date'
    else if (draft.revisit_on < today) problems.revisit_on = 'past_date'
  }
  if ([...draft.said].length > 4000) problems.said = 'too_long'
  return problems
}

/** Whether the calendar knows this day; 2026-02-30 looks right and is none. */
function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** The visit to save: only what the outcome asks for, whatever else was typed under another one. */
export function newVisit(file: HouseholdFile, draft: VisitDraft, outcome: VisitOutcome): NewVisit {
  const asks = asksFor(outcome)
  const living = new Set(file.residents.map(({ id }) => id))
  return {
    dwelling: file.dwelling,
    household: file.household,
    outcome,
    // Somebody may have moved out by sync while the form was open.
    met: asks.met ? draft.met.filter((id) => living.has(id)) : [],
    said: draft.said.trim() === '' ? null : draft.said.trim(),
    revisit_on: asks.date !== 'no' && draft.revisit_on !== '' ? draft.revisit_on : null,
    photos: [...draft.photos],
  }
}
