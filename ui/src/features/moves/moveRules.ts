import { problemsOf, rules, type Draft } from '@/features/register/formRules'

export type Where = 'door' | 'elsewhere' | 'unknown' | 'died'
export type HouseholdWhere = 'door' | 'elsewhere' | 'gone'

/** A day that must be given and cannot lie ahead. */
export const dayProblem = (day: string, today: string): Record<string, string> => problemsOf([{ name: 'on', as: 'date', required: true }], { on: day }, today)

/** What is missing of somebody's way out of a home. */
export function leaveProblems(form: { where: Where | HouseholdWhere | null; on: string; door: unknown }, today: string): Record<string, string> {
  if (form.where === null) return { where: 'empty' }
  return { ...dayProblem(form.on, today), ...(form.where === 'door' && !form.door ? { door: 'empty' } : {}) }
}

/** What is missing of a move in: who, how they live here, and what becomes of each of the homes they have. */
export function moveInProblems(form: { person: unknown; living: Draft; homes: Record<string, string> }, homes: readonly { residence: string }[], today: string): Record<string, string> {
  const open = homes.filter(({ residence }) => !form.homes[residence]).map(({ residence }) => [`home:${residence}`, 'empty'])
  return { ...(form.person ? {} : { person: 'empty' }), ...Object.fromEntries(open), ...problemsOf(rules.residence ?? [], form.living, today) }
}
