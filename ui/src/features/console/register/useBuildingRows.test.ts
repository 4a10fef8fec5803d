import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import type { BuildingCard } from '@/backend/generated'
import { asked, settle, tell } from '../testing/backend'
import { useBuildingRows } from './useBuildingRows'

vi.mock('@/backend/transport', () => import('../testing/backend'))

let effects: EffectScope
const building = (id: string, grid: string, name: string) => ({ id, name, number: id, compound: null, address: null, grid, grid_name: '第一网格' }) as BuildingCard
const some = [building('3', '340603002001001', '供电小区3号楼'), building('5', '340603002002001', '幸福里5号楼')]

beforeEach(() => {
  vi.useFakeTimers()
  asked.length = 0
  effects = effectScope()
})
afterEach(() => {
  effects.stop()
  vi.useRealTimers()
})

it('shows the buildings of a place and all that lies below it, narrowed by what was typed', async () => {
  const [scope, text] = [ref<string | null>(null), ref('')]
  const { rows, others } = effects.run(() => useBuildingRows(scope, text))!
  asked[0]!.answer(some)
  await settle()
  expect(rows.value).toHaveLength(2)
  scope.value = '340603002001'
  expect(rows.value.map(({ id }) => id)).toEqual(['3'])
  text.value = '幸福'
  expect(rows.value).toEqual([])
  expect(others.value).toBe(true)
})

it('reads again after a building changed', async () => {
  effects.run(() => useBuildingRows(null, ''))
  asked[0]!.answer(some)
  await settle()
  tell({ type: 'records_changed', kinds: ['building'] })
  await vi.advanceTimersByTimeAsync(500)
  expect(asked).toHaveLength(2)
})
