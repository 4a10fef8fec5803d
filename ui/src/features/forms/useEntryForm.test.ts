import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { CommandError } from '@/backend/errors'
import { call } from '@/backend/transport'
import { useUndo } from '@/composables/useUndo'
import { forgetDrafts } from '@/features/drafts/draftStore'
import { useEntryForm } from './useEntryForm'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

const kept = new Map<string, string>()
const send = vi.fn()

beforeEach(() => {
  forgetDrafts()
  kept.clear()
  send.mockReset()
  vi.mocked(call).mockImplementation(async (name, input) => {
    const { key, body } = input as { key: string; body: string }
    if (name === 'draft') return (kept.has(key) ? { body: kept.get(key) } : null) as never
    if (name === 'save_draft') kept.set(key, body)
    if (name === 'drop_draft') kept.delete(key)
    return null as never
  })
})

async function open() {
  const scope = effectScope()
  const entry = scope.run(() =>
    useEntryForm('door:b1', { empty: () => ({ door: '' }), title: () => '3号楼', path: () => '/', problems: ({ door }): Record<string, string> => (door === '' ? { door: 'empty' } : {}), send }),
  )!
  await flushPromises()
  return { entry, leave: () => scope.stop() }
}

describe('an entry form', () => {
  it('keeps what was typed when it is left, and goes on from there', async () => {
    const first = await open()
    first.entry.form.value.door = '901'
    first.leave()
    await flushPromises()
    const { entry } = await open()
    expect([entry.form.value.door, entry.restored.value]).toEqual(['901', true])
  })

  it('asks the core only when nothing is missing, and gives it the draft to drop', async () => {
    const { entry } = await open()
    expect([await entry.save(), entry.problems.value]).toEqual([false, { door: 'empty' }])
    entry.form.value.door = '901'
    send.mockResolvedValue({ record: 'd1', mark: 'saved_here', outbox: 1, undo: 'token' })
    expect(await entry.save()).toBe(true)
    expect(send).toHaveBeenCalledExactlyOnceWith({ door: '901' }, 'door:b1')
    expect([entry.saved.value?.record, useUndo().offered.value !== undefined]).toEqual(['d1', true])
  })

  it('says beside the field what the core refused, until it is changed', async () => {
    const { entry } = await open()
    entry.form.value.door = '901'
    send.mockRejectedValue(new CommandError('value_invalid', { field: 'door', reason: 'taken' }))
    expect([await entry.save(), entry.problems.value]).toEqual([false, { door: 'taken' }])
    entry.form.value.door = '902'
    await flushPromises()
    expect(entry.problems.value).toEqual({})
  })
})
