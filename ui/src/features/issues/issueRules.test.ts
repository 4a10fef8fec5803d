import { describe, expect, it } from 'vitest'
import type { AllowedStep, CategoryCard } from '@/backend/generated'
import { categoryShelves, emptyReport, emptyStep, newIssue, newStep, offeredSteps, receiverKey, reportProblems, stepProblems, timeLeft, withRecent } from './issueRules'

const now = Date.parse('2026-11-23T02:00:00.000Z')
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString()
const step = (name: string, needs: Partial<AllowedStep> = {}): AllowedStep => ({ step: name, needs_words: false, or_photo: false, needs_units: false, needs_due: false, needs_reason: false, needs_rating: false, ...needs })
const card = (code: string, group: CategoryCard['group'] = 'issue'): CategoryCard => ({ id: code, code, group, name: code, name_en: code, picture: null, private: false })
const key = (change: Partial<KeyboardEvent>) => ({ key: '1', isComposing: false, keyCode: 49, ctrlKey: false, altKey: false, metaKey: false, ...change })

describe('the deadline in words', () => {
  it.each([
    [25, 'issues.left.minutes', 25, 'near'],
    [190, 'issues.left.hours', 3, 'near'],
    [600, 'issues.left.hours', 10, 'fine'],
    [3000, 'issues.left.days', 2, 'fine'],
    [-1, 'issues.over.minutes', 1, 'over'],
    [-1500, 'issues.over.days', 1, 'over'],
  ])('says %i minutes', (minutes, words, n, light) => {
    expect(timeLeft(at(minutes), now)).toEqual({ key: words, n, light })
  })
})

describe('a step', () => {
  it('asks for exactly what it needs', () => {
    const draft = emptyStep()
    expect(stepProblems(step('accept'), draft, '2026-11-23')).toEqual({})
    expect(stepProblems(step('return', { needs_words: true }), { ...draft, words: ' ' }, '2026-11-23')).toEqual({ words: 'words' })
    expect(stepProblems(step('dispatch', { needs_units: true }), draft, '2026-11-23')).toEqual({ units: 'units' })
    expect(stepProblems(step('suspend', { needs_reason: true, needs_due: true }), { ...draft, due: '2026-02-30' }, '2026-11-23')).toEqual({ reason: 'reason', due: 'due' })
    expect(stepProblems(step('rate', { needs_rating: true }), draft, '2026-11-23')).toEqual({ rating: 'rating' })
  })

  it('takes a day in the past for none', () => {
    expect(stepProblems(step('ask_time', { needs_due: true }), { ...emptyStep(), due: '2026-11-22' }, '2026-11-23')).toEqual({ due: 'due' })
  })

  it('carries nothing that was typed under another one, and a day to its end', () => {
    const draft = { ...emptyStep(), words: '不清楚', units: ['u1', 'u2'], due: '2026-11-25' }
    expect(newStep('i', step('dispatch', { needs_units: true }), draft)).toEqual({ issue: 'i', step: 'dispatch', words: null, to: ['u1', 'u2'], due: null, reason: null, rating: null, photos: [] })
    expect(newStep('i', step('grant_time', { needs_due: true }), draft).due).toBe('2026-11-25T15:59:00.000Z')
  })

  it('is not offered where no screen can give what it needs', () => {
    const { main, others } = offeredSteps([step('accept'), step('merge'), step('void')])
    expect([main.map((one) => one.step), others.map((one) => one.step)]).toEqual([['accept'], ['void']])
  })
})

describe('categories', () => {
  it('keeps the last six, the newest first and each once', () => {
    expect(withRecent(['a', 'b', 'c', 'd', 'e', 'f'], 'c')).toEqual(['c', 'a', 'b', 'd', 'e', 'f'])
    expect(withRecent(['a', 'b', 'c', 'd', 'e', 'f'], 'g')).toEqual(['g', 'a', 'b', 'c', 'd', 'e'])
  })

  it('shows each once, those used before the groups, and none that is gone', () => {
    const shelves = categoryShelves([card('lamp'), card('lift'), card('meals', 'care')], ['lift', 'gone'])
    expect(shelves.map(({ name, cards }) => [name, cards.map(({ code }) => code)])).toEqual([['recent', ['lift']], ['groups.issue', ['lamp']], ['groups.care', ['meals']]])
  })
})

describe('a report', () => {
  it('says what is missing', () => {
    expect(reportProblems(emptyReport(), '')).toEqual({ category: 'category', where: 'where', place: 'place', words: 'words' })
  })

  it('belongs to a building or a grid, and to the household only when asked', () => {
    const draft = { ...emptyReport(), category: 'c', words: ' 灯坏了 ', where: 'b1' }
    expect(newIssue(draft, '3号楼', 'h1')).toEqual({ category: 'c', words: '灯坏了', place: '3号楼', building: 'b1', grid: null, household: 'h1', urgency: 'normal', photos: [] })
    expect(newIssue({ ...draft, where: 'grid:340', ofHousehold: false }, '路口', 'h1')).toMatchObject({ building: null, grid: '340', household: null })
  })
})

describe('the dispatcher’s keys', () => {
  it('choose by digit and send by Enter', () => {
    expect([receiverKey(key({}), 'BODY'), receiverKey(key({ key: '9' }), 'H2'), receiverKey(key({ key: 'Enter' }), 'H2'), receiverKey(key({ key: '0' }), 'BODY')]).toEqual([0, 8, 'send', undefined])
  })

  it('do nothing while somebody types, composes or calls the browser', () => {
    expect([receiverKey(key({}), 'TEXTAREA'), receiverKey(key({ isComposing: true }), 'H2'), receiverKey(key({ keyCode: 229 }), 'H2'), receiverKey(key({ ctrlKey: true }), 'H2')]).toEqual([undefined, undefined, undefined, undefined])
  })
})
