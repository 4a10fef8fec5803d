import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, shallowRef, type EffectScope } from 'vue'
import { CommandError } from '@/backend/errors'
import type { ResidentFile } from '@/backend/generated'
import { asked, settle } from '../testing/backend'
import { forgetDesk } from '../session/desk'
import { useCorrection } from './useCorrection'

vi.mock('@/backend/transport', () => import('../testing/backend'))

let scope: EffectScope

function fileWith(phoneSeen: string[]): ResidentFile {
  return {
    id: 'r1',
    name: '单雄信',
    gender: null,
    age: null,
    born_on: null,
    minor: false,
    other_names: [],
    reading: null,
    died_on: null,
    identity: null,
    may_enter_identity: false,
    former_homes: [],
    languages: [],
    fields: [
      { field: 'name', shown: '单雄信', seen: ['n1'], mark: 'sent', others: [] },
      { field: 'phone', shown: '100****5678', seen: phoneSeen, mark: 'sent', others: [] },
    ],
    homes: [],
    edited_by: null,
    edited_at: null,
    mark: 'sent',
    conflict: false,
  }
}

function start(file = shallowRef(fileWith(['p1', 'p2']))) {
  scope = effectScope()
  return { file, ...scope.run(() => useCorrection(file))! }
}

beforeEach(() => {
  asked.length = 0
  forgetDesk()
})
afterEach(() => scope.stop())

it('sends only what was changed, with `seen` exactly as it was given', async () => {
  const correction = start()
  correction.begin()
  correction.draft.value!.fields.phone!.typed = '100 1234-5678'
  const saving = correction.save()
  await settle()
  expect(asked[0]).toMatchObject({
    name: 'correct_resident',
    input: { resident: 'r1', changes: [{ field: 'phone', value: '1001234-5678', seen: ['p1', 'p2'] }] },
  })
  asked[0]!.answer({ record: 'r1', mark: 'saved_here', outbox: 1, undo: null })
  expect(await saving).toMatchObject({ mark: 'saved_here' })
  expect(correction.editing.value).toBe(false)
})

it('keeps what was seen when the form opened, says so when newer values came, and answers those only when told', async () => {
  const correction = start()
  correction.begin()
  correction.draft.value!.fields.phone!.typed = '1001234-5678'
  correction.file.value = fileWith(['p3'])
  expect(correction.overtaken.value).toBe(true)
  expect(correction.draft.value!.fields.phone!.typed).toBe('1001234-5678')
  expect(correction.changes.value[0]!.seen).toEqual(['p1', 'p2'])
  correction.acceptNewer()
  expect(correction.overtaken.value).toBe(false)
  expect(correction.changes.value[0]!.seen).toEqual(['p3'])
})

it('can remove a number, and leaves a blank one as it is', () => {
  const correction = start()
  correction.begin()
  expect(correction.changes.value).toEqual([])
  correction.draft.value!.fields.phone!.remove = true
  expect(correction.changes.value).toEqual([{ field: 'phone', value: null, seen: ['p1', 'p2'] }])
})

it('tells a fault under its field, from here or from the core, and keeps what was typed', async () => {
  const correction = start()
  correction.begin()
  correction.draft.value!.fields.phone!.typed = 'abc'
  await correction.save()
  expect(asked).toHaveLength(0)
  expect(correction.faults.value.phone).toBe('bad_phone')
  correction.draft.value!.fields.phone!.typed = '1001234-5678'
  const saving = correction.save()
  await settle()
  asked[0]!.refuse(new CommandError('value_invalid', { field: 'phone', reason: 'too_long' }))
  await saving
  expect(correction.faults.value.phone).toBe('too_long')
  expect(correction.draft.value!.fields.phone!.typed).toBe('1001234-5678')
})

it('says that nothing changed without asking the core', async () => {
  const correction = start()
  correction.begin()
  await correction.save()
  expect(asked).toHaveLength(0)
  expect(correction.error.value?.code).toBe('nothing_changed')
})
