import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { CommandError } from '@/backend/errors'
import { call } from '@/backend/transport'
import { flushDrafts, forgetDrafts } from './draftStore'
import { useDraft } from './useDraft'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

const store = new Map<string, string>()
let locked = false
let scope: EffectScope

beforeEach(() => {
  vi.useFakeTimers()
  forgetDrafts()
  store.clear()
  locked = false
  vi.mocked(call).mockReset()
  vi.mocked(call).mockImplementation(async (name, input) => {
    const { key, body } = input as { key: string; body: string }
    if (locked) throw new CommandError('not_allowed', {})
    if (name === 'draft') return (store.has(key) ? { body: store.get(key) } : null) as never
    if (name === 'save_draft') store.set(key, body)
    if (name === 'drop_draft') store.delete(key)
    return null as never
  })
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

async function open(key = ref('visit:d1')) {
  scope = effectScope()
  const kept = scope.run(() => useDraft(key, { empty: () => ({ said: '' }), title: () => key.value, path: () => '/' }))!
  await vi.advanceTimersByTimeAsync(0)
  return { key, ...kept }
}

it('keeps what was typed half a second after the last letter', async () => {
  const { form } = await open()
  form.value.said = '灯'
  await vi.advanceTimersByTimeAsync(400)
  form.value.said = '灯不亮'
  await vi.advanceTimersByTimeAsync(400)
  expect(store.size).toBe(0)
  await vi.advanceTimersByTimeAsync(100)
  expect(store.get('visit:d1')).toBe('{"said":"灯不亮"}')
})

it('keeps it at once when the form is left, and goes on from there', async () => {
  const first = await open()
  first.form.value.said = '灯不亮'
  scope.stop()
  const again = await open()
  expect(again.form.value.said).toBe('灯不亮')
  expect(again.restored.value).toBe(true)
  expect(store.get('visit:d1')).toBe('{"said":"灯不亮"}')
})

it('keeps words under the key they were typed under, however quickly another is opened', async () => {
  const { key, form } = await open()
  form.value.said = '一'
  key.value = 'visit:d2'
  form.value.said = '二'
  await vi.advanceTimersByTimeAsync(600)
  expect([...store]).toEqual([
    ['visit:d1', '{"said":"一"}'],
    ['visit:d2', '{"said":"二"}'],
  ])
})

it('holds words that the store cannot take, and brings them there when it can', async () => {
  const { form } = await open()
  locked = true
  form.value.said = '灯不亮'
  await vi.advanceTimersByTimeAsync(600)
  locked = false
  await vi.advanceTimersByTimeAsync(5000)
  expect(store.get('visit:d1')).toBe('{"said":"灯不亮"}')
})

it('leaves nothing behind when the form is emptied, and asks for nothing when nothing was typed', async () => {
  const { form } = await open()
  form.value.said = '灯'
  await vi.advanceTimersByTimeAsync(600)
  form.value.said = ''
  await flushDrafts()
  expect(store.size).toBe(0)
  scope.stop()
  vi.mocked(call).mockClear()
  await open()
  scope.stop()
  expect(vi.mocked(call).mock.calls.map(([name]) => name)).toEqual(['draft'])
})

it('does not bring a draft back that was saved as a record', async () => {
  const { form, carry, saved } = await open()
  form.value.said = '灯'
  expect(await carry()).toBe('visit:d1')
  store.delete('visit:d1') // As the core does with the record.
  saved()
  await vi.advanceTimersByTimeAsync(2000)
  expect(store.size).toBe(0)
})
