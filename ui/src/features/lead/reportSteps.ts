import type { CategoryCard } from '@/backend/generated'
import { categoryShelves, reportProblems, type ReportDraft, type ReportProblems } from '@/features/issues/issueRules'

/** The questions of a report, one a page. Where it is, is asked only where more than one place is likely. */
export type ReportStep = 'photo' | 'kind' | 'where' | 'words' | 'check'

export function reportSteps(buildings: number): ReportStep[] {
  return buildings === 1 ? ['photo', 'kind', 'words', 'check'] : ['photo', 'kind', 'where', 'words', 'check']
}

/** What a step must have before the next one. A photo is never a must. */
export function stepProblem(step: ReportStep, draft: ReportDraft, place: string): ReportProblems {
  const all = reportProblems(draft, place)
  if (step === 'kind') return all.category ? { category: all.category } : {}
  if (step === 'words') return all.words ? { words: all.words } : {}
  if (step === 'where') return { ...(all.where ? { where: all.where } : {}), ...(all.place ? { place: all.place } : {}) }
  return step === 'check' ? all : {}
}

/** The first step with something missing: where a report goes on, and where a wrong one has to be mended. */
export function firstOpen(steps: readonly ReportStep[], draft: ReportDraft, place: string): ReportStep {
  return steps.find((step) => step !== 'check' && Object.keys(stepProblem(step, draft, place)).length > 0) ?? 'check'
}

/** Eight kinds stand as pictures; whoever looks for another asks for all. What was reported last stands first. */
export const mostPictures = 8
export function picturesOf(categories: readonly CategoryCard[], recent: readonly string[], chosen: string | null): { first: CategoryCard[]; more: CategoryCard[] } {
  const all = categoryShelves(categories, recent).flatMap(({ cards }) => cards)
  const issues = all.filter(({ group }) => group === 'issue')
  const first = [...issues, ...all.filter((one) => !issues.includes(one))].slice(0, mostPictures)
  const picked = all.find(({ id }) => id === chosen)
  // What was chosen is always among those on show.
  if (picked && !first.includes(picked)) first.splice(-1, 1, picked)
  return { first, more: all.filter((one) => !first.includes(one)) }
}
