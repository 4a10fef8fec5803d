import { describe, expect, it } from 'vitest'
import type { HouseholdFile } from '@/backend/generated'
import { asksFor, emptyDraft, newVisit, visitProblems, type VisitDraft } from './visitRules'

const today = '2026-11-23'
const draft = (change: Partial<VisitDraft>): VisitDraft => ({ ...emptyDraft(), ...change })
const file = { dwelling: 'd1', household: 'h1', residents: [{ id: 'r1' }, { id: 'r2' }] } as HouseholdFile

describe('what a visit asks for', () => {
  it('asks for the outcome before anything else', () => {
    expect(visitProblems(emptyDraft(), today)).toEqual({ outcome: 'need_outcome' })
    expect(asksFor(null)).toEqual({ met: false, date: 'no' })
  })

  it('asks who was met only when somebody was', () => {
    expect(asksFor('met')).toEqual({ met: true, date: 'no' })
    for (const outcome of ['refused', 'vacant', 'moved'] as const) expect(asksFor(outcome)).toEqual({ met: false, date: 'no' })
  })

  it('offers a day to come again when nobody was in, and does not insist', () => {
    expect(asksFor('nobody').date).toBe('offered')
    expect(visitProblems(draft({ outcome: 'nobody' }), today)).toEqual({})
  })

  it('insists on a day for an appointment', () => {
    expect(visitProblems(draft({ outcome: 'appointment' }), today)).toEqual({ revisit_on: 'need_date' })
    expect(visitProblems(draft({ outcome: 'appointment', revisit_on: '2026-11-24' }), today)).toEqual({})
  })

  it('takes today and refuses days that have passed or do not exist', () => {
    expect(visitProblems(draft({ outcome: 'nobody', revisit_on: today }), today)).toEqual({})
    expect(visitProblems(draft({ outcome: 'nobody', revisit_on: '2026-11-22' }), today)).toEqual({ revisit_on: 'past_date' })
    expect(visitProblems(draft({ outcome: 'appointment', revisit_on: '2027-02-30' }), today)).toEqual({ revisit_on: 'bad_date' })
    expect(visitProblems(draft({ outcome: 'appointment', revisit_on: 'soon' }), today)).toEqual({ revisit_on: 'bad_date' })
  })

  it('counts a rare character as one when it limits the diary', () => {
    expect(visitProblems(draft({ outcome: 'met', said: '𬭚'.repeat(4000) }), today)).toEqual({})
    expect(visitProblems(draft({ outcome: 'met', said: '𬭚'.repeat(4001) }), today)).toEqual({ said: 'too_long' })
  })
})

describe('the visit that is saved', () => {
  const typed = draft({ met: ['r1', 'gone'], said: ' 灯不亮 ', revisit_on: '2026-11-30' })

  it('carries who was met and what was said, and no day', () => {
    expect(newVisit(file, typed, 'met')).toEqual({ dwelling: 'd1', household: 'h1', outcome: 'met', met: ['r1'], said: '灯不亮', revisit_on: null, photos: [] })
  })

  it('leaves out what the outcome does not ask for, though it was typed', () => {
    expect(newVisit(file, typed, 'refused')).toMatchObject({ met: [], revisit_on: null })
    expect(newVisit(file, typed, 'appointment')).toMatchObject({ met: [], revisit_on: '2026-11-30' })
  })

  it('says nothing rather than an empty sentence', () => {
    expect(newVisit(file, draft({ said: '  \n' }), 'nobody').said).toBeNull()
  })
})
