import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { CommandError } from '@/backend/errors'
import type { RegisterPage } from '@/backend/generated'
import { asked, live, settle, tell } from '../testing/backend'
import { searchText } from '../session/desk'
import { useSession } from '../session/useSession'
import { useRegister } from './useRegister'

vi.mock('@/backend/transport', () => import('../testing/backend'))

let scope: EffectScope

function page(...names: string[]): RegisterPage {
  const rows = names.map((name) => ({
    resident: name,
    name,
    age: null,
    masked_phone: null,
    dwelling: 'd',
    door_label: '1-301',
    building_name: '3号楼',
    grid_name: '第一网格',
    last_visited: null,
    mark: 'sent' as const,
    conflict: false,
  }))
  return { total: rows.length, rows }
}

function start(place = ref<string | null>('340603')) {
  scope = effectScope()
  return scope.run(() => useRegister(place))!
}

beforeEach(() => {
  vi.useFakeTimers()
  asked.length = 0
  searchText.value = ''
})

afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

it('does not let a slow, older answer cover a newer one', async () => {
  const register = start()
  register.search('王')
  await settle()
  expect(asked.map(({ input }) => (input as { text: string | null }).text)).toEqual([null, '王'])
  asked[1]!.answer(page('王秀英'))
  await settle()
  asked[0]!.answer(page('张伟', '王秀英'))
  await settle()
  expect(register.rows.value.map(({ name }) => name)).toEqual(['王秀英'])
})

it('reads again after residents changed, once for a burst, and not for other records', async () => {
  const register = start()
  asked[0]!.answer(page('王秀英'))
  await settle()
  tell({ type: 'records_changed', kinds: ['notice'] })
  await vi.advanceTimersByTimeAsync(500)
  expect(asked).toHaveLength(1)
  tell({ type: 'records_changed', kinds: ['resident'] })
  tell({ type: 'records_changed', kinds: ['resident', 'visit'] })
  await vi.advanceTimersByTimeAsync(500)
  expect(asked).toHaveLength(2)
  asked[1]!.answer(page('王秀英', '单雄信'))
  await settle()
  expect(register.total.value).toBe(2)
})

it('reads again when the event stream is back, as events of the gap are lost', async () => {
  start()
  live(false)
  live(true)
  await vi.advanceTimersByTimeAsync(500)
  expect(asked).toHaveLength(2)
})

it('begins at the first page when the place or the search changes', async () => {
  const place = ref<string | null>('340603')
  const register = start(place)
  asked[0]!.answer({ ...page('王秀英'), total: 200 })
  await settle()
  register.page.value = 3
  await settle()
  expect(asked[1]!.input).toMatchObject({ offset: 100, limit: 50 })
  place.value = '340603002001'
  await settle()
  expect(asked[asked.length - 1]!.input).toMatchObject({ scope: '340603002001', offset: 0 })
})

it('shows the last page when the rows of this one have gone', async () => {
  const register = start()
  asked[0]!.answer({ ...page('王秀英'), total: 120 })
  await settle()
  register.page.value = 3
  await settle()
  asked[1]!.answer({ total: 60, rows: [] })
  await settle()
  expect(register.page.value).toBe(2)
})

it('keeps the rows when refreshing them fails, but never under another search', async () => {
  const register = start()
  asked[0]!.answer(page('王秀英'))
  await settle()
  tell({ type: 'records_changed', kinds: ['resident'] })
  await vi.advanceTimersByTimeAsync(500)
  asked[1]!.refuse(new CommandError('database_failed', {}))
  await settle()
  expect(register.error.value?.code).toBe('database_failed')
  expect(register.rows.value).toHaveLength(1)
  register.search('李')
  await settle()
  asked[2]!.refuse(new CommandError('database_failed', {}))
  await settle()
  expect(register.rows.value).toHaveLength(0)
})

it('hands a session that ran out to the sign-in page', async () => {
  start()
  asked[0]!.refuse(new CommandError('session_ended', {}))
  await settle()
  expect(useSession().ended.value).toBe(true)
})
