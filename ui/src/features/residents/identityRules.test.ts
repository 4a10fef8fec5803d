import { describe, expect, it } from 'vitest'
import { checkCharacter, identityDoubt } from './identityRules'

describe('an identity number', () => {
  it('ends as the standard says', () => {
    // The two examples of GB 11643-1999, appendix A.
    expect(checkCharacter('11010519491231002')).toBe('X')
    expect(checkCharacter('44052418800101001')).toBe('4')
  })

  it('is taken as people write it', () => {
    expect(identityDoubt('resident_card', ' 110105 1949-1231 002x ', '1949-12-31')).toBeUndefined()
  })

  it('says in which way it looks wrong, and what should stand there', () => {
    expect(identityDoubt('resident_card', '1101051949', null)).toEqual({ key: 'length', n: 10 })
    expect(identityDoubt('resident_card', '1101051949123100AX', null)).toEqual({ key: 'digits' })
    expect(identityDoubt('resident_card', '110105194912310021', null)).toEqual({ key: 'check', expected: 'X', last: '1' })
    expect(identityDoubt('resident_card', '11010519491231002X', '1950-01-01')).toEqual({ key: 'birthday', number: '1949-12-31', file: '1950-01-01' })
  })

  it('has no such rule on other papers', () => {
    expect(identityDoubt('passport', 'E123', '1950-01-01')).toBeUndefined()
  })
})
