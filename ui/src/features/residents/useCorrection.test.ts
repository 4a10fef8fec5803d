import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, shallowRef, type EffectScope } from 'vue'
import { CommandError } from '@/backend/errors'
import type { ResidentFile } from '@/backend/generated'
import { call } from '@/backend/transport'
import { forgetDrafts } from '@/features/drafts/draftStore'
import { useCorrection } from './useCorrection'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

const drafts = new Map<string, string>()
let refuse: CommandError | undefined
let scope: EffectScope

const fileWith = (name: string, phone: string, seen: string[]) =>
  ({
    id: 'r1',
    name,
    fields: [
      { field: 'name', shown: name, seen: [name], mark: 'sent', others: [] },
      { field: 'phone', shown: phone, seen, mark: 'sent', others: [] },
    ],
  }) as unknown as ResidentFile
const first = fileWith('单雄信', '100****5678', ['p1', 'p2'])
const newer = fileWith('单雄信', '100****0002', ['p3'])

async function open(file = shallowRef<ResidentFile | undefined>(first)) {
  scope = effectScope()
  const correction = scope.run(() => useCorrection(file, 'r1', () => '/register?resident=r1'))!
  await flushPromises()
  const of = (name: string) => correction.fields.value.find(({ field }) => field === name)!
  return { file, of, ...correction }
}
const sent = () => vi.mocked(call).mock.calls.filter(([name]) => name === 'correct_resident').map(([, input]) => input)

beforeEach(() => {
  forgetDrafts()
  drafts.clear()
  refuse = undefined
  vi.mocked(call).mockImplementation(async (name, input) => {
    const { key, body } = input as { key: string; body: string }
    if (name === 'draft') return (drafts.has(key) ? { body: drafts.get(key) } : null) as never
    if (name === 'save_draft') drafts.set(key, body)
    if (name === 'drop_draft') drafts.delete(key)
    if (name === 'correct_resident' && refuse) throw refuse
    return { record: 'r1', mark: 'saved_here', outbox: 1, undo: null } as never
  })
})
afterEach(() => scope.stop())

it('sends only what was changed, with what was on show when typing began', async () => {
  const correction = await open()
  correction.write('phone', '100 1234-5678')
  expect(await correction.save()).toBe(true)
  expect(sent()).toEqual([{ resident: 'r1', changes: [{ field: 'phone', value: '1001234-5678', seen: ['p1', 'p2'] }], draft: 'correct:r1' }])
  expect(correction.touched.value).toBe(false)
})

it('keeps what was typed beside a value that came meanwhile, and answers that one only when told', async () => {
  const correction = await open()
  correction.write('phone', '10012345678')
  correction.file.value = newer
  expect(correction.of('phone')).toMatchObject({ text: '10012345678', newer: { shown: '100****0002' } })
  expect(correction.of('name').newer).toBeUndefined()
  expect(correction.changes.value[0]!.seen).toEqual(['p1', 'p2'])
  correction.keep('phone')
  expect(correction.of('phone').newer).toBeUndefined()
  expect(correction.changes.value[0]!.seen).toEqual(['p3'])
})

it('remembers what was on show when a draft was begun, and points to what came since', async () => {
  const before = await open()
  before.write('phone', '10012345678')
  scope.stop()
  const after = await open(shallowRef<ResidentFile | undefined>(newer))
  expect(after.restored.value).toBe(true)
  expect(after.of('phone').newer?.shown).toBe('100****0002')
  expect(after.changes.value[0]!.seen).toEqual(['p1', 'p2'])
  after.take('phone')
  expect(after.of('phone').text).toBe('')
  expect(after.changes.value).toEqual([])
})

it('can let a number go, and leaves an empty one as it is', async () => {
  const correction = await open()
  expect(correction.changes.value).toEqual([])
  correction.drop('phone', true)
  expect(correction.changes.value).toEqual([{ field: 'phone', value: null, seen: ['p1', 'p2'] }])
})

it('tells a fault under its field, from here or from the core, and keeps what was typed', async () => {
  const correction = await open()
  correction.write('phone', 'abc')
  expect(correction.of('phone').problem).toBeUndefined()
  correction.leave('phone')
  expect(correction.of('phone').problem).toBe('bad_phone')
  expect(await correction.save()).toBe(false)
  expect(sent()).toEqual([])
  correction.write('phone', '10012345678')
  refuse = new CommandError('value_invalid', { field: 'phone', reason: 'too_long' })
  expect(await correction.save()).toBe(false)
  expect(correction.of('phone')).toMatchObject({ text: '10012345678', problem: 'too_long' })
  expect(correction.error.value).toBeUndefined()
})

it('says that nothing changed without asking the core', async () => {
  const correction = await open()
  expect(await correction.save()).toBe(false)
  expect(sent()).toEqual([])
  expect(correction.error.value?.code).toBe('nothing_changed')
})

it('asks who else has the new phone once it rests, and never finds themselves', async () => {
  const { write, alike } = await open()
  expect(alike.value).toEqual([])
  vi.useFakeTimers()
  const asked = () => vi.mocked(call).mock.calls.filter(([name]) => name === 'possible_duplicates').map(([, input]) => input)
  write('phone', '100 1234 5678')
  await flushPromises()
  vi.advanceTimersByTime(300)
  await flushPromises()
  vi.useRealTimers()
  expect(asked()).toEqual([expect.objectContaining({ name: '', phone: '10012345678', without: 'r1' })])
})
