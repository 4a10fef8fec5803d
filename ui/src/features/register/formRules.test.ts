import { describe, expect, it } from 'vitest'
import { listOf, problemsIn, problemsOf, rules, textOf, valueOf } from './formRules'

const fields = rules.resident!

describe('a form of a record', () => {
  it('reads and writes each kind of value as people write it', () => {
    const languages = fields.find(({ name }) => name === 'languages')!
    expect(textOf(['普通话', '维吾尔语'])).toBe('普通话、维吾尔语')
    expect(valueOf(languages, '普通话、 维吾尔语')).toEqual(['普通话', '维吾尔语'])
    expect(valueOf({ name: 'lift', as: 'truth' }, 'true')).toBe(true)
    expect(valueOf({ name: 'floor', as: 'number' }, ' -1 ')).toBe(-1)
    expect(valueOf(fields[0]!, '  ')).toBe(null)
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
