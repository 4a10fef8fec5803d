import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import type { ConflictField } from '@/backend/generated'
import { call } from '@/backend/transport'
import { useUndo } from '@/composables/useUndo'
import { forgetDrafts } from '@/features/drafts/draftStore'
import { useSettling } from './useSettling'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

const kept = new Map<string, string>()
const asked = (name: string) => vi.mocked(call).mock.calls.filter(([one]) => one === name).map(([, input]) => input)

beforeEach(() => {
  forgetDrafts()
  kept.clear()
  vi.mocked(call).mockReset()
  vi.mocked(call).mockImplementation(async (name, input) => {
    const { key, body } = input as { key: string; body: string }
    if (name === 'draft') return (kept.has(key) ? { body: kept.get(key) } : null) as never
    if (name === 'save_draft') kept.set(key, body)
    if (name === 'drop_draft') kept.delete(key)
    return { undo: null } as never
  })
})

async function open() {
  const scope = effectScope()
  const settling = scope.run(() => useSettling(() => 'resident:r1', () => {}, { settled: (field) => `${field} settled`, title: () => '单雄信' }))!
  await flushPromises()
  return { settling, leave: () => scope.stop() }
}

it('a value typed by hand on a conflict card outlives leaving it, and goes once it is saved', async () => {
  const first = await open()
  first.settling.typed.value.phone = '10000000009'
  first.leave()
  await flushPromises()
  const { settling } = await open()
  expect(settling.typed.value).toEqual({ phone: '10000000009' })
  await settling.settle({ field: 'phone', seen: ['s1'] } as ConflictField, { value: '10000000009' })
  await vi.waitFor(() => expect(kept.size).toBe(0))
})

it('a settled field can be taken back from the bar, under its own name', async () => {
  const { settling } = await open()
  await settling.settle({ field: 'gender', seen: [] } as unknown as ConflictField, { side: 's1' })
  const { offered, undo } = useUndo()
  expect(offered.value?.words).toBe('gender settled')
  await undo()
  expect(asked('undo_settlement')).toEqual([{ record: 'resident:r1', field: 'gender' }])
})
