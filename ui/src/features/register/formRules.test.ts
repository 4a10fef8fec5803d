import { describe, expect, it } from 'vitest'
import type { Form } from '@/backend/generated'
import { changesOf, draftOf, listOf, problemsIn, problemsOf, rules } from './formRules'

const fields = rules.resident!
const form: Form = {
  record: 'resident:r1',
  fields: [
    { field: 'name', value: '阿依古丽·买买提', shown: null, masked: false, seen: ['n1'] },
    { field: 'phone', value: null, shown: '100****5678', masked: true, seen: ['p1'] },
    { field: 'languages', value: ['普通话', '维吾尔语'], shown: null, masked: false, seen: ['普通话', '维吾尔语'] },
    { field: 'born_on', value: null, shown: null, masked: false, seen: [] },
  ],
}

describe('a form over a record', () => {
  it('shows what is known and sends nothing when nothing was touched', () => {
    expect(draftOf(form)).toEqual({ name: '阿依古丽·买买提', phone: '', languages: '普通话、维吾尔语', born_on: '' })
    expect(changesOf(form, fields, draftOf(form))).toEqual([])
  })

  it('sends only what was changed, with what was on show', () => {
    const draft = { ...draftOf(form), phone: ' 100 0000 0001 ', languages: '普通话', born_on: '1956-03-08' }
    expect(changesOf(form, fields, draft)).toEqual([
      { field: 'phone', value: '100 0000 0001', seen: ['p1'] },
      { field: 'languages', value: ['普通话'], seen: ['普通话', '维吾尔语'] },
      { field: 'born_on', value: '1956-03-08', seen: [] },
    ])
  })

  it('names every line that must be mended, from here and from the core', () => {
    expect(problemsOf(fields, { name: ' ', phone: '没有', born_on: '2999-01-01' }, '2026-11-23')).toEqual({ name: 'empty', phone: 'bad_phone', born_on: 'in_future' })
    expect(problemsIn({ all: 'name:empty,phone:bad_phone' })).toEqual({ name: 'empty', phone: 'bad_phone' })
    expect(problemsIn({ field: 'on', reason: 'before_since' })).toEqual({ on: 'before_since' })
  })

  it('parts a list as people write one', () => {
    expect(listOf('老王、王师傅,  Wang\n')).toEqual(['老王', '王师傅', 'Wang'])
  })
})
