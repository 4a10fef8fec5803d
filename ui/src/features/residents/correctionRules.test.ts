import { describe, expect, it } from 'vitest'
import { problemWith, shownOf, tidyPhone } from './correctionRules'

describe('a correction', () => {
  it('starts from the name on show and never from a masked number', () => {
    const rest = { seen: ['s1'], mark: 'sent' as const, others: [] }
    expect(shownOf({ field: 'name', shown: '尉迟建国', ...rest }).text).toBe('尉迟建国')
    expect(shownOf({ field: 'phone', shown: '100****5678', ...rest }).text).toBe('')
  })

  it.each(['1234', '12a456', '1'.repeat(21), '１２３４５６'])('refuses the number %s', (phone) => {
    expect(problemWith('phone', phone)).toBe('bad_phone')
  })

  it.each(['', '12345', '+86 100 1234 5678', '0561-3051234'])('takes the number %s', (phone) => {
    expect(problemWith('phone_2', phone)).toBeUndefined()
  })

  it('keeps a number without its spaces', () => {
    expect(tidyPhone(' 100 1234-5678 ')).toBe('1001234-5678')
  })

  it('needs a name, of at most sixty characters', () => {
    expect(problemWith('name', ' ')).toBe('empty')
    expect(problemWith('name', '𬭚'.repeat(60))).toBeUndefined()
    expect(problemWith('name', '𬭚'.repeat(61))).toBe('too_long')
  })
})
