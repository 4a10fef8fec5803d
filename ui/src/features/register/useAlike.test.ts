import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import type { DuplicateQuery } from '@/backend/generated'
import { call } from '@/backend/transport'
import { useAlike } from './useAlike'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

const somebody = { resident: 'r2', name: '王芳', reason: 'phone' }
beforeEach(() => {
  vi.useFakeTimers()
  vi.mocked(call).mockReset().mockResolvedValue([somebody] as never)
})
afterEach(() => vi.useRealTimers())

function open(first?: Partial<DuplicateQuery>) {
  const typed = shallowRef(first)
  const scope = effectScope()
  const alike = scope.run(() => useAlike(() => typed.value))!
  const rest = async () => {
    vi.advanceTimersByTime(300)
    await flushPromises()
  }
  return { typed, alike, rest, leave: () => scope.stop() }
}

describe('who somebody may already be', () => {
  it('is asked once the typing rests, without half a day and with whose form it is', async () => {
    const { typed, alike, rest } = open({ name: '王', born_on: '1956-0' })
    await flushPromises()
    typed.value = { name: '王芳', born_on: '1956-03-0', phone: '10012345678', without: 'r1' }
    await rest()
    expect(vi.mocked(call).mock.calls).toEqual([['possible_duplicates', { dwelling: null, name: '王芳', born_on: null, phone: '10012345678', number: null, without: 'r1' }]])
    expect(alike.value).toEqual([somebody])
  })

  it('asks nothing where nothing was typed, and forgets what was found when it is taken back', async () => {
    const { typed, alike, rest } = open()
    await rest()
    expect(call).not.toHaveBeenCalled()
    typed.value = { phone: '10012345678' }
    await flushPromises()
    await rest()
    typed.value = undefined
    await flushPromises()
    await rest()
    expect(alike.value).toEqual([])
  })

  it('never stands in the way: a question that fails is no answer', async () => {
    vi.mocked(call).mockRejectedValue(new Error('no answer'))
    const { alike, rest } = open({ name: '王芳' })
    await rest()
    expect(alike.value).toEqual([])
  })
})
