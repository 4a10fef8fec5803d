import { describe, expect, it } from 'vitest'
import { changesIn, isOvertaken, keepMine, takeNewer, textIn, type, type Shown, type Typed } from './typing'

const name: Shown = { field: 'name', text: '尉迟建国', shown: '尉迟建国', seen: ['n1'] }
const newName: Shown = { ...name, text: '尉迟建华', shown: '尉迟建华', seen: ['n2'] }
const phone: Shown = { field: 'phone', text: '', shown: '100****5678', seen: ['p1', 'p2'] }
const newPhone: Shown = { ...phone, shown: '100****0002', seen: ['p3'] }
const none: Typed = {}

describe('typing over a record', () => {
  it('answers what was on show when typing in that field began, whatever came later', () => {
    const typed = type(none, phone, { text: '1001234' })
    const more = type(typed, newPhone, { text: '10012345678' })
    expect(changesIn(more, [newPhone])).toEqual([{ field: 'phone', text: '10012345678', drop: false, seen: ['p1', 'p2'] }])
  })

  it('begins in each field by itself: one that is touched later answers what is newer', () => {
    const typed = type(type(none, phone, { text: '1001' }), newName, { text: '尉迟国建' })
    expect(changesIn(typed, [newName, newPhone]).map(({ field, seen }) => [field, seen])).toEqual([
      ['name', ['n2']],
      ['phone', ['p1', 'p2']],
    ])
  })

  it('follows the register where nobody typed, and never writes an old value back', () => {
    const typed = type(none, phone, { text: '10012345678' })
    expect(textIn(typed, newName)).toBe('尉迟建华')
    expect(changesIn(typed, [newName, phone]).map(({ field }) => field)).toEqual(['phone'])
  })

  it('keeps what was typed when something newer comes, and says so until a choice is made', () => {
    const typed = type(none, name, { text: '尉迟国建' })
    expect(isOvertaken(typed, name)).toBe(false)
    expect(isOvertaken(typed, newName)).toBe(true)
    expect(textIn(typed, newName)).toBe('尉迟国建')
    expect(textIn(takeNewer(typed, 'name'), newName)).toBe('尉迟建华')
    const kept = keepMine(typed, newName)
    expect(isOvertaken(kept, newName)).toBe(false)
    expect(changesIn(kept, [newName])).toEqual([{ field: 'name', text: '尉迟国建', drop: false, seen: ['n2'] }])
  })

  it('can keep the old value against a newer one', () => {
    const typed = type(type(none, name, { text: '尉迟' }), newName, { text: '尉迟建国' })
    expect(textIn(typed, newName)).toBe('尉迟建国')
    expect(changesIn(typed, [newName])).toEqual([])
    expect(changesIn(keepMine(typed, newName), [newName])).toEqual([{ field: 'name', text: '尉迟建国', drop: false, seen: ['n2'] }])
  })

  it('is not overtaken by the very value that was typed', () => {
    const typed = type(none, name, { text: '尉迟建华' })
    expect(isOvertaken(typed, newName)).toBe(false)
    expect(changesIn(typed, [newName])).toEqual([])
  })

  it('forgets a field that reads as before', () => {
    expect(type(type(none, name, { text: '尉迟' }), name, { text: '尉迟建国' })).toEqual({})
    expect(type(type(none, phone, { drop: true }), phone, { drop: false })).toEqual({})
  })

  it('can let a masked value go, and is overtaken by a new one', () => {
    const typed = type(none, phone, { drop: true })
    expect(changesIn(typed, [phone])).toEqual([{ field: 'phone', text: '', drop: true, seen: ['p1', 'p2'] }])
    expect(isOvertaken(typed, newPhone)).toBe(true)
    expect(isOvertaken(typed, { ...phone, shown: null, seen: ['p4'] })).toBe(false)
  })
})
