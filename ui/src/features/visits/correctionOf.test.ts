import { describe, expect, it } from 'vitest'
import type { VisitLine } from '@/backend/generated'
import { correctionOf, correctionProblems, fromVisit } from './correctionOf'

const visit = { id: 'v1', outcome: 'appointment', said: '约好再来', met: [], met_ids: ['r1'], revisit_on: '2026-11-20' } as unknown as VisitLine

describe('the correction of a visit', () => {
  it('begins with what was recorded and keeps its day to come again, also once that has passed', () => {
    const draft = fromVisit(visit)
    expect(correctionProblems(draft, visit, '2026-11-27')).toEqual({})
    expect(correctionProblems({ ...draft, revisit_on: '2026-11-21' }, visit, '2026-11-27')).toEqual({ revisit_on: 'past_date' })
    expect(correctionOf('v1', draft)).toEqual({ visit: 'v1', void: false, outcome: 'appointment', met: [], said: '约好再来', revisit_on: '2026-11-20' })
  })

  it('asks for nothing where no visit took place, and sends only what the outcome asks for', () => {
    const draft = { ...fromVisit(visit), outcome: 'met' as const }
    expect(correctionOf('v1', draft)).toMatchObject({ met: ['r1'], revisit_on: null })
    expect(correctionProblems({ ...draft, kind: 'none', outcome: null }, visit, '2026-11-27')).toEqual({})
    expect(correctionOf('v1', { ...draft, kind: 'none' }).void).toBe(true)
  })
})
