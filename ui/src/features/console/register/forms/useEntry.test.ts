import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { CommandError } from '@/backend/errors'
import { call } from '@/backend/transport'
import { forgetDrafts } from '@/features/drafts/draftStore'
import { endHousehold } from '@/backend/generated'
import { typedIn, useEntry } from './useEntry'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

let scope: EffectScope
let refuse: CommandError | undefined
const sent = () => vi.mocked(call).mock.calls.filter(([name]) => name === 'end_household').map(([, input]) => input)

async function open() {
  scope = effectScope()
  const entry = scope.run(() =>
    useEntry({
      key: 'end:h1',
      title: () => '3-2-1203',
      path: () => '/register?dwelling=d1&do=end_household',
      fields: [{ name: 'on', as: 'date', required: true }, { name: 'vacant', as: 'truth' }],
      start: () => ({ vacant: 'true' }),
      send: ({ choice, truth }, draft) => endHousehold({ household: 'h1', on: choice('on'), vacant: truth('vacant') ?? false, draft }),
    }),
  )!
  await flushPromises()
  return entry
}

beforeEach(() => {
  forgetDrafts()
  refuse = undefined
  vi.mocked(call).mockImplementation(async (name) => {
    if (name === 'end_household' && refuse) throw refuse
    return (name === 'draft' ? null : { record: 'h1', mark: 'saved_here', outbox: 1, undo: null }) as never
  })
})
afterEach(() => scope.stop())

it('says what is missing only once saving was tried, and sends nothing until it is there', async () => {
  const entry = await open()
  expect(entry.problems.value).toEqual({})
  expect(await entry.save()).toBe(false)
  expect(entry.problems.value).toEqual({ on: 'empty' })
  expect(sent()).toEqual([])
})

it('sends what was typed with its draft', async () => {
  const entry = await open()
  entry.form.value = { ...entry.form.value, on: '2026-11-20' }
  expect(await entry.save()).toBe(true)
  expect(sent()).toEqual([{ household: 'h1', on: '2026-11-20', vacant: true, draft: 'end:h1' }])
})

it('keeps what was typed when the core refuses it, and says why under the field', async () => {
  const entry = await open()
  entry.form.value = { ...entry.form.value, on: '2026-11-20' }
  refuse = new CommandError('value_invalid', { field: 'on', reason: 'before_since' })
  expect(await entry.save()).toBe(false)
  expect(entry.problems.value).toEqual({ on: 'before_since' })
  expect(entry.form.value.on).toBe('2026-11-20')
})

it('reads lines as the core takes them: nothing for an empty one', () => {
  const { text, number, truth, choiceOrNone } = typedIn({ a: ' 甲 ', b: '', n: '-1', yes: 'true', no: 'false' })
  expect([text('a'), text('b'), choiceOrNone('b'), number('n'), truth('yes'), truth('no'), truth('b')]).toEqual(['甲', null, null, -1, true, false, null])
})
