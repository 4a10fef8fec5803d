import { expect, it } from 'vitest'
import type { CategoryCard } from '@/backend/generated'
import { emptyReport } from '@/features/issues/issueRules'
import { firstOpen, picturesOf, reportSteps, stepProblem } from './reportSteps'

const card = (code: string, group: CategoryCard['group'] = 'issue') => ({ id: code, code, group, name: code, name_en: code, picture: null, private: false }) as CategoryCard

it('asks where only of somebody with more than one building, or none', () => {
  expect(reportSteps(1)).toEqual(['photo', 'kind', 'words', 'check'])
  expect(reportSteps(2)).toContain('where')
  expect(reportSteps(0)).toContain('where')
})

it('holds nobody up for a photo, and goes on where something is missing', () => {
  const steps = reportSteps(1)
  const empty = { ...emptyReport(), where: 'b1' }
  expect(stepProblem('photo', empty, '3号楼')).toEqual({})
  expect(firstOpen(steps, empty, '3号楼')).toBe('kind')
  expect(firstOpen(steps, { ...empty, category: 'lamp' }, '3号楼')).toBe('words')
  expect(firstOpen(steps, { ...empty, category: 'lamp', words: '灯不亮' }, '3号楼')).toBe('check')
})

it('shows eight kinds, issues first, and among them the one that was chosen', () => {
  const all = [card('meals', 'care'), ...Array.from({ length: 10 }, (_, n) => card(`k${n}`))]
  const { first, more } = picturesOf(all, ['k9'], 'meals')
  expect(first).toHaveLength(8)
  expect(first[0]?.code).toBe('k9')
  expect(first.at(-1)?.code).toBe('meals')
  expect(first.length + more.length).toBe(11)
})
