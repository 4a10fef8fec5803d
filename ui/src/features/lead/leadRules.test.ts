import { expect, it } from 'vitest'
import type { IssueCard } from '@/backend/generated'
import { askedFor, isLeadOnly, myReports, stageOf } from './leadRules'

const card = (id: string, state: string, reported_at: string, more = {}) => ({ id, state, reported_at, mine: true, needs_me: false, ...more }) as IssueCard

it('a report is one of four steps along, or has left the way', () => {
  expect(['reported', 'dispatched', 'handled', 'closed', 'void'].map((state) => stageOf(state as never))).toEqual([0, 1, 2, 3, undefined])
})

it('somebody is asked for more when it came back, and whether it is solved when it is closed', () => {
  expect(askedFor(card('1', 'returned', ''))).toBe('supplement')
  expect(askedFor(card('1', 'closed', '', { needs_me: true }))).toBe('rate')
  expect(askedFor(card('1', 'signed', ''))).toBeUndefined()
})

it('my reports are mine alone, what is asked of me first and then the newest', () => {
  const all = [card('old', 'signed', '2026-11-01'), card('other', 'signed', '2026-11-09', { mine: false }), card('new', 'reported', '2026-11-08'), card('back', 'returned', '2026-10-01')]
  expect(myReports(all).map(({ id }) => id)).toEqual(['back', 'new', 'old'])
})

it('whoever also works in a grid keeps the grid worker’s pages', () => {
  expect(isLeadOnly([{ role: 'building_lead' }])).toBe(true)
  expect(isLeadOnly([{ role: 'building_lead' }, { role: 'grid_worker' }])).toBe(false)
  expect(isLeadOnly([])).toBe(false)
})
