import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { asked, settle } from '@/features/console/testing/backend'
import { among, useFinder } from './useFinder'

vi.mock('@/backend/transport', () => import('@/features/console/testing/backend'))

let scope: EffectScope
const found = (name: string) => ({ people: [{ resident: name, name }], doors: [], buildings: [], issues: [], more: { people: false, doors: false, buildings: false, issues: false } })
const finding = (typed: () => string) => scope.run(() => useFinder(typed, among(({ people }) => people)))!

beforeEach(() => {
  vi.useFakeTimers()
  asked.length = 0
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

it('asks after a rest, and lets no slow, older answer cover a newer one', async () => {
  const typed = ref('')
  const { hits, state } = finding(() => typed.value)
  expect(asked).toHaveLength(0)
  typed.value = '王'
  await vi.advanceTimersByTimeAsync(200)
  typed.value = '王秀'
  await vi.advanceTimersByTimeAsync(200)
  expect(asked.map(({ input }) => (input as { text: string }).text)).toEqual(['王', '王秀'])
  asked[1]!.answer(found('王秀英'))
  await settle()
  asked[0]!.answer(found('王五'))
  await settle()
  expect(hits.value.map(({ name }) => name)).toEqual(['王秀英'])
  expect(state.value).toBe('found')
})

it('forgets what was found when nothing is typed any more', async () => {
  const typed = ref('王')
  const { hits, state } = finding(() => typed.value)
  await vi.advanceTimersByTimeAsync(200)
  asked[0]!.answer(found('王秀英'))
  await settle()
  typed.value = ''
  await settle()
  expect(hits.value).toEqual([])
  expect(state.value).toBe('idle')
})

it('says that nobody is found only when everybody is here', async () => {
  const { state } = finding(() => '王')
  await vi.advanceTimersByTimeAsync(200)
  asked[0]!.answer({ ...found('王'), people: [] })
  await settle()
  asked[1]!.answer({ finished: false, steps: [] })
  await settle()
  expect(state.value).toBe('not_here')
})
