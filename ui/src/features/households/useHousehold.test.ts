import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref } from 'vue'
import { CommandError } from '@/backend/errors'
import { call } from '@/backend/transport'
import type { BackendEvent } from '@/backend/events'
import { useHousehold } from './useHousehold'

const events = vi.hoisted(() => ({ send: (_: BackendEvent) => {} }))
vi.mock('@/backend/transport', () => ({
  call: vi.fn(),
  onEvent: (handler: (event: BackendEvent) => void) => {
    events.send = handler
    return () => {}
  },
}))

/** Answers in the order the test chooses, not in the order of asking. */
let waiting: { input: unknown; answer: (value: unknown) => void; refuse: (failure: unknown) => void }[] = []
beforeEach(() => {
  waiting = []
  vi.mocked(call).mockImplementation((_, input) => new Promise<never>((answer, refuse) => waiting.push({ input, answer: answer as (value: unknown) => void, refuse })))
})

function use(dwelling = ref('d1')) {
  const scope = effectScope()
  return { dwelling, scope, ...scope.run(() => useHousehold(dwelling))! }
}

describe('a household on show', () => {
  it('keeps the newest answer when an older one arrives late', async () => {
    const { dwelling, file } = use()
    dwelling.value = 'd2'
    await flushPromises()
    waiting[1].answer({ dwelling: 'd2' })
    await flushPromises()
    waiting[0].answer({ dwelling: 'd1' })
    await flushPromises()
    expect(file.value).toEqual({ dwelling: 'd2' })
  })

  it('does not show an older failure over a newer answer', async () => {
    const { reload, file, error } = use()
    void reload()
    waiting[1].answer({ dwelling: 'd1' })
    waiting[0].refuse(new CommandError('database_failed', {}))
    await flushPromises()
    expect(file.value).toEqual({ dwelling: 'd1' })
    expect(error.value).toBeUndefined()
  })

  it('forgets one door before it shows the next', async () => {
    const { dwelling, file } = use()
    waiting[0].answer({ dwelling: 'd1' })
    await flushPromises()
    dwelling.value = 'd2'
    await flushPromises()
    expect(file.value).toBeUndefined()
  })

  it('keeps what it shows when reading again fails', async () => {
    const { reload, file, error } = use()
    waiting[0].answer({ dwelling: 'd1' })
    await flushPromises()
    void reload()
    waiting[1].refuse({ code: 'database_failed', detail: {} })
    await flushPromises()
    expect(file.value).toEqual({ dwelling: 'd1' })
    expect(error.value?.code).toBe('database_failed')
  })

  it('reads again once after a burst of changes, and not for other kinds', async () => {
    vi.useFakeTimers()
    const { scope } = use()
    for (let i = 0; i < 5; i += 1) events.send({ type: 'records_changed', kinds: ['visit'] })
    vi.advanceTimersByTime(500)
    expect(waiting).toHaveLength(2)
    events.send({ type: 'records_changed', kinds: ['division'] })
    vi.advanceTimersByTime(500)
    expect(waiting).toHaveLength(2)
    scope.stop()
    events.send({ type: 'sync_changed' })
    vi.useRealTimers()
  })
})
