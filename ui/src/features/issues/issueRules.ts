import type { AllowedStep, CategoryCard, IssueCard, IssueFile, NewIssue, NewStep, StepLine, Urgency } from '@/backend/generated'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
export const urgencies: readonly Urgency[] = ['normal', 'soon', 'now']

/** How long is left, or by how much it ran out: the key of the words and their number. Whole units, rounded down. */
export function timeLeft(deadline: string, now: number): { key: string; n: number; light: 'over' | 'near' | 'fine' } {
  const left = new Date(deadline).getTime() - now
  const size = Math.abs(left)
  const [unit, length] = size < hour ? (['minutes', minute] as const) : size < day ? (['hours', hour] as const) : (['days', day] as const)
  return { key: `issues.${left < 0 ? 'over' : 'left'}.${unit}`, n: Math.max(1, Math.floor(size / length)), light: left < 0 ? 'over' : left < 4 * hour ? 'near' : 'fine' }
}

/** The category in the reader's language. */
export const categoryName = (card: Pick<IssueCard, 'category' | 'category_en'>, locale: string) => (locale === 'en' && card.category_en) || card.category

/** What was typed about a step. Kept whole when another step is chosen. */
export interface StepDraft {
  step: string | null
  words: string
  units: string[]
  due: string
  reason: string
  rating: 'satisfied' | 'not_satisfied' | null
  /** Ids of picked photos. */
  photos: string[]
}

export const emptyStep = (): StepDraft => ({ step: null, words: '', units: [], due: '', reason: '', rating: null, photos: [] })

export type StepProblems = Partial<Record<'words' | 'units' | 'due' | 'reason' | 'rating', string>>

// Merging needs the other issue, which no screen can choose yet.
const notOffered = new Set(['merge'])
const aside = new Set(['add', 'urge', 'supervise', 'escalate', 'position', 'suspend', 'ask_time', 'void'])

/** The allowed steps: those that take the issue on, and the rest. */
export function offeredSteps(allowed: readonly AllowedStep[]): { main: AllowedStep[]; others: AllowedStep[] } {
  const offered = allowed.filter(({ step }) => !notOffered.has(step))
  return { main: offered.filter(({ step }) => !aside.has(step)), others: offered.filter(({ step }) => aside.has(step)) }
}

export function stepProblems(step: AllowedStep, draft: StepDraft, today: string): StepProblems {
  const problems: StepProblems = {}
  if (step.needs_words && draft.words.trim() === '' && !(step.or_photo && draft.photos.length > 0)) problems.words = 'words'
  if ([...draft.words].length > 4000) problems.words = 'too_long'
  if (step.needs_units && draft.units.length === 0) problems.units = 'units'
  if (step.needs_due && !(isDay(draft.due) && draft.due >= today)) problems.due = 'due'
  if (step.needs_reason && (draft.reason.trim() === '' || [...draft.reason.trim()].length > 20)) problems.reason = 'reason'
  if (step.needs_rating && draft.rating === null) problems.rating = 'rating'
  return problems
}

/** The step to take: only what it needs, whatever else was typed under another one. */
export function newStep(issue: string, step: AllowedStep, draft: StepDraft): NewStep {
  return {
    issue,
    step: step.step,
    words: (step.needs_words && draft.words.trim()) || null,
    to: step.needs_units ? [...draft.units] : [],
    // A day that is given counts to its end in the district.
    due: step.needs_due ? new Date(`${draft.due}T23:59:00+08:00`).toISOString() : null,
    reason: step.needs_reason ? draft.reason.trim() : null,
    rating: step.needs_rating ? draft.rating : null,
    photos: step.needs_words ? [...draft.photos] : [],
  }
}

/** Why it was sent back, as long as it stands so. */
export function returnedWords(file: IssueFile): StepLine | undefined {
  return file.card.state === 'returned' ? file.steps.filter(({ step, too_late }) => step === 'return' && !too_late).at(-1) : undefined
}

/** The category used last comes first; six are kept. */
export function withRecent(recent: readonly string[], code: string): string[] {
  return [code, ...recent.filter((one) => one !== code)].slice(0, 6)
}

/** The categories as they are shown: each once, those used recently before the groups. */
export function categoryShelves(categories: readonly CategoryCard[], recent: readonly string[]): { name: string; cards: CategoryCard[] }[] {
  const used = recent.flatMap((code) => categories.find((one) => one.code === code) ?? [])
  const groups = (['issue', 'need', 'mediation', 'care'] as const).map((group) => ({ name: `groups.${group}`, cards: categories.filter((one) => one.group === group && !used.includes(one)) }))
  return [{ name: 'recent', cards: used }, ...groups].filter(({ cards }) => cards.length > 0)
}

/** What was typed into a report. */
export interface ReportDraft {
  category: string | null
  words: string
  /** Null until somebody types: then the place that the page knows is shown. */
  place: string | null
  /** A building's id, or a grid's code behind "grid:". */
  where: string | null
  ofHousehold: boolean
  urgency: Urgency
  photos: string[]
}

export const emptyReport = (): ReportDraft => ({ category: null, words: '', place: null, where: null, ofHousehold: true, urgency: 'normal', photos: [] })

export type ReportProblems = Partial<Record<'category' | 'where' | 'place' | 'words', string>>

export function reportProblems(draft: ReportDraft, place: string): ReportProblems {
  const problems: ReportProblems = {}
  if (draft.category === null) problems.category = 'category'
  if (draft.where === null) problems.where = 'where'
  if (place.trim() === '' || [...place].length > 200) problems.place = 'place'
  if (draft.words.trim() === '') problems.words = 'words'
  if ([...draft.words].length > 4000) problems.words = 'too_long'
  return problems
}

export function newIssue(draft: ReportDraft, place: string, household: string | null): NewIssue {
  const grid = draft.where?.startsWith('grid:') ? draft.where.slice(5) : null
  return {
    category: draft.category ?? '',
    words: draft.words.trim(),
    place: place.trim(),
    building: grid === null ? draft.where : null,
    grid,
    household: draft.ofHousehold ? household : null,
    urgency: draft.urgency,
    photos: [...draft.photos],
  }
}

/** Keys of the dispatcher: a digit chooses a receiver, Enter sends. Nothing while somebody types or composes. */
export function receiverKey(event: Pick<KeyboardEvent, 'key' | 'isComposing' | 'keyCode' | 'ctrlKey' | 'altKey' | 'metaKey'>, tag: string): number | 'send' | undefined {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return undefined
  if (['INPUT', 'TEXTAREA', 'SELECT'].includes(tag)) return undefined
  if (/^[1-9]$/.test(event.key)) return Number(event.key) - 1
  return event.key === 'Enter' ? 'send' : undefined
}

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}
