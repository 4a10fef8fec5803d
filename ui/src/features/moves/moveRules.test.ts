import { describe, expect, it } from 'vitest'
import { householdsAt } from './joining'
import { leaveProblems, moveInProblems } from './moveRules'

const today = '2026-11-27'

describe('moving', () => {
  it('asks first where to, then for what that answer needs', () => {
    expect(leaveProblems({ where: null, on: '', door: null }, today)).toEqual({ where: 'empty' })
    expect(leaveProblems({ where: 'door', on: today, door: null }, today)).toEqual({ door: 'empty' })
    expect(leaveProblems({ where: 'elsewhere', on: '2026-12-01', door: null }, today)).toEqual({ on: 'in_future' })
    expect(leaveProblems({ where: 'died', on: today, door: null }, today)).toEqual({})
  })

  it('asks of each home whether it is left: nobody loses one by not being asked', () => {
    const living = { relation: 'parent', stays: 'main', registered_here: '', since: '' }
    const homes = [{ residence: 's1' }, { residence: 's2' }]
    expect(moveInProblems({ person: {}, living, homes: { s1: 'left' } }, homes, [], today)).toEqual({ 'home:s2': 'empty' })
    expect(moveInProblems({ person: null, living: { ...living, relation: '' }, homes: {} }, [], [], today)).toEqual({ person: 'empty', relation: 'empty' })
  })

  it('asks which household only where several share the door, and takes none that has gone', () => {
    const [one, other] = [{ id: 'h1', people: ['王秀英'] }, { id: 'h2', people: [] }]
    const living = { relation: 'tenant', stays: 'main', registered_here: '', since: '' }
    const form = { person: {}, living, homes: {}, household: null as string | null }
    expect(moveInProblems(form, [], [one], today)).toEqual({})
    expect(moveInProblems(form, [], [one, other], today)).toEqual({ household: 'empty' })
    expect(moveInProblems({ ...form, household: 'h2' }, [], [one, other], today)).toEqual({})
    expect(moveInProblems({ ...form, household: 'h3' }, [], [one, other], today)).toEqual({ household: 'empty' })
  })

  it('knows the households behind a door, those in which nobody is registered yet too', () => {
    const line = (name: string) => ({ name }) as never
    expect(householdsAt({ household: null, residents: [], others: [] })).toEqual([])
    expect(householdsAt({ household: 'h1', residents: [line('王秀英')], others: [{ household: 'h2', tenure: null, residents: [] }] })).toEqual([{ id: 'h1', people: ['王秀英'] }, { id: 'h2', people: [] }])
  })
})
