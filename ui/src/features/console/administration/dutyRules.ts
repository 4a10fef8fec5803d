import type { NewDuty, Powers, Right, Role } from '@/backend/generated'
import { listOf, type Draft, type FieldRule } from '@/features/register/formRules'

/** What somebody is appointed to, as a form holds it. */
export const emptyDuty = (from: string): Draft => ({ role: '', place: '', place_words: '', place_typed: '', from, until: '', stands_in_for: '', stands_words: '', stands_typed: '', rights: '' })

/** The kind of place that goes with a role. */
export function placeOf(role: string): 'grid' | 'community' | 'division' | 'unit' | 'building' | undefined {
  const kinds = { grid_worker: 'grid', volunteer: 'community', handler: 'unit', building_lead: 'building', supervisor: 'division', administrator: 'division', auditor: 'division' } as const
  return kinds[role as keyof typeof kinds]
}

/** The rights that mean something with a role, of those that may be given here. */
export function rightsOf(role: string, powers: Powers | undefined): Right[] {
  const meant: Right[] = role === 'supervisor' ? ['identity', 'register', 'export'] : role === 'grid_worker' ? ['identity'] : []
  return meant.filter((right) => powers?.rights.includes(right))
}

export const roleLine = (powers: Powers | undefined): FieldRule => ({ name: 'role', as: 'choice', required: true, options: powers?.roles ?? [], words: 'common.roles' })

export const termLines: readonly FieldRule[] = [
  { name: 'from', as: 'date', required: true, ahead: true },
  { name: 'until', as: 'date', ahead: true },
]

export const rightsLine = (role: string, powers: Powers | undefined): FieldRule[] => {
  const options = rightsOf(role, powers)
  return options.length > 0 ? [{ name: 'rights', as: 'some', options, words: 'office.rights' }] : []
}

/** The draft as the core takes it: one of the three places, and only rights that go with the role. */
export function dutyIn(draft: Draft, powers: Powers | undefined): NewDuty {
  const role = draft.role as Role
  const place = draft.place || null
  const kind = placeOf(role)
  const given = listOf(draft.rights ?? '')
  return {
    role,
    division: kind === 'unit' || kind === 'building' ? null : place,
    unit: kind === 'unit' ? place : null,
    building: kind === 'building' ? place : null,
    from: (draft.from ?? '').trim(),
    until: (draft.until ?? '').trim() || null,
    stands_in_for: draft.stands_in_for || null,
    rights: rightsOf(role, powers).filter((right) => given.includes(right)),
  }
}
