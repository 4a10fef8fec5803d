import { problemsOf, rules, type Draft } from '@/features/register/formRules'
import { joiningProblems, type HouseholdChoice } from './joining'

export type Where = 'door' | 'elsewhere' | 'unknown' | 'died'
export type HouseholdWhere = 'door' | 'elsewhere' | 'gone'

/** A day that must be given and cannot lie ahead. */
export const dayProblem = (day: string, today: string): Record<string, string> => problemsOf([{ name: 'on', as: 'date', required: true }], { on: day }, today)

/** What is missing of somebody's way out of a home. */
export function leaveProblems(form: { where: Where | HouseholdWhere | null; on: string; door: unknown }, today: string): Record<string, string> {
  if (form.where === null) return { where: 'empty' }
  return { ...dayProblem(form.on, today), ...(form.where === 'door' && !form.door ? { door: 'empty' } : {}) }
}

/** What is missing of a move in: who, how they live here, in which household, and what becomes of each home they have. */
export function moveInProblems(form: { person: unknown; living: Draft; household?: string | null; homes: Record<string, string> }, homes: readonly { residence: string }[], households: readonly HouseholdChoice[], today: string): Record<string, string> {
  return { ...(form.person ? {} : { person: 'empty' }), ...joiningProblems(form.household, households, (residence) => form.homes[residence], homes), ...problemsOf(rules.residence ?? [], form.living, today) }
}
