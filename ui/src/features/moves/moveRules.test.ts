import { describe, expect, it } from 'vitest'
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
    expect(moveInProblems({ person: {}, living, homes: { s1: 'left' } }, homes, today)).toEqual({ 'home:s2': 'empty' })
    expect(moveInProblems({ person: null, living: { ...living, relation: '' }, homes: {} }, [], today)).toEqual({ person: 'empty', relation: 'empty' })
  })
})
