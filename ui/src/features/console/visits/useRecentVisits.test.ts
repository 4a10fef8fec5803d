import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import type { VisitRow } from '@/backend/generated'
import { asked, settle, tell } from '../testing/backend'
import { useRecentVisits } from './useRecentVisits'

vi.mock('@/backend/transport', () => import('../testing/backend'))

let scope: EffectScope
const place = ref<string | null>(null)
const arrived = vi.fn()

function visit(id: string, happened_at: string): VisitRow {
  return { id, happened_at, outcome: 'met', said: null, by: '陈静', door_label: '1-301', building_name: '3号楼', grid_name: '第一网格', dwelling: 'd' }
}

function start() {
  scope = effectScope()
  return scope.run(() => useRecentVisits(place, arrived))!
}

async function reloadWith(rows: VisitRow[]): Promise<void> {
  tell({ type: 'records_changed', kinds: ['visit'] })
  await vi.advanceTimersByTimeAsync(500)
  asked[asked.length - 1]!.answer(rows)
  await settle()
}

beforeEach(() => {
  vi.useFakeTimers()
  asked.length = 0
  arrived.mockClear()
  place.value = null
})

afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

it('marks and tells what arrives while the page is open, and nothing of what was there before', async () => {
  const list = start()
  asked[0]!.answer([visit('a', '2026-11-23T01:00:00Z')])
  await settle()
  expect(arrived).not.toHaveBeenCalled()
  await reloadWith([visit('b', '2026-11-23T02:00:00Z'), visit('a', '2026-11-23T01:00:00Z')])
  expect([...list.fresh.value]).toEqual(['b'])
  expect(arrived).toHaveBeenCalledExactlyOnceWith(1)
  list.markSeen()
  expect(list.fresh.value.size).toBe(0)
})

it('counts a late visit from a tablet that was offline, but not an old one that moved into the list', async () => {
  const list = start()
  asked[0]!.answer([visit('c', '2026-11-23T03:00:00Z'), visit('a', '2026-11-23T01:00:00Z')])
  await settle()
  await reloadWith([
    visit('c', '2026-11-23T03:00:00Z'),
    visit('late', '2026-11-23T02:00:00Z'),
    visit('a', '2026-11-23T01:00:00Z'),
    visit('old', '2026-11-20T01:00:00Z'),
  ])
  expect([...list.fresh.value]).toEqual(['late'])
})

it('starts anew in another place', async () => {
  const list = start()
  asked[0]!.answer([visit('a', '2026-11-23T01:00:00Z')])
  await settle()
  place.value = '340603002'
  await settle()
  expect(list.visits.value).toBeUndefined()
  asked[1]!.answer([visit('z', '2026-11-23T05:00:00Z')])
  await settle()
  expect(list.fresh.value.size).toBe(0)
})
