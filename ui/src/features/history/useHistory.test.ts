import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import type { RecordHistory } from '@/backend/generated'
import { CommandError } from '@/backend/errors'
import { useHistory } from './useHistory'

const calls = vi.hoisted(() => ({ historyHere: vi.fn(), historyWhole: vi.fn() }))
vi.mock('@/backend/generated', () => calls)

const here: RecordHistory = { changes: [], whole: false, earlier: 0 }
const whole: RecordHistory = { changes: [], whole: true, earlier: 3 }

beforeEach(() => {
  calls.historyHere.mockResolvedValue(here)
  calls.historyWhole.mockResolvedValue(whole)
})

it('shows what is known here until the relay has told all', async () => {
  let answer: (all: RecordHistory) => void = () => undefined
  calls.historyWhole.mockReturnValue(new Promise((resolve) => (answer = resolve)))
  const { history, loading, load } = useHistory('resident:1')
  void load()
  await flushPromises()
  expect([history.value, loading.value]).toEqual([here, true])
  answer(whole)
  await flushPromises()
  expect([history.value, loading.value]).toEqual([whole, false])
})

it('keeps what is known here where there is no network, and says what is missing', async () => {
  calls.historyWhole.mockRejectedValue(new CommandError('relay_unreachable', {}))
  const { history, missing, load } = useHistory('resident:1')
  await load()
  expect([history.value, missing.value?.code]).toEqual([here, 'relay_unreachable'])
})

it('never shows one record under the name of another', async () => {
  const record = ref('resident:1')
  let answer: (all: RecordHistory) => void = () => undefined
  calls.historyWhole.mockReturnValue(new Promise((resolve) => (answer = resolve)))
  const { history, load } = useHistory(record)
  void load()
  await flushPromises()
  record.value = 'resident:2'
  await flushPromises()
  answer(whole)
  await flushPromises()
  expect(history.value).toBeUndefined()
})
