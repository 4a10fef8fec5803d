import { expect, it } from 'vitest'
import type { Powers } from '@/backend/generated'
import { dutyIn, emptyDuty, rightsOf } from './dutyRules'

const powers: Powers = { administers: false, roles: ['grid_worker', 'handler', 'supervisor'], rights: ['identity'] }

it('names the one place that goes with the role', () => {
  const draft = { ...emptyDuty('2026-11-23'), place: 'x' }
  expect(dutyIn({ ...draft, role: 'grid_worker' }, powers)).toMatchObject({ division: 'x', unit: null, building: null })
  expect(dutyIn({ ...draft, role: 'handler' }, powers)).toMatchObject({ division: null, unit: 'x', building: null })
  expect(dutyIn({ ...draft, role: 'building_lead' }, powers)).toMatchObject({ division: null, unit: null, building: 'x' })
})

it('gives only rights that go with the role and may be given here, also where another role was chosen first', () => {
  expect(rightsOf('supervisor', powers)).toEqual(['identity'])
  expect(dutyIn({ ...emptyDuty('2026-11-23'), role: 'handler', place: 'x', rights: 'identity、export' }, powers).rights).toEqual([])
  expect(dutyIn({ ...emptyDuty('2026-11-23'), role: 'grid_worker', place: 'x', rights: 'identity、export' }, powers).rights).toEqual(['identity'])
})
