import type { Document, DuplicateQuery } from '@/backend/generated'

/** A number as it is kept: without the gaps of the printed card, its letter a large one. */
export const tidyNumber = (typed: string) => typed.replace(/[\s-]/g, '').toUpperCase()

/** The last character that the first seventeen digits ask for (GB 11643, ISO 7064 MOD 11-2). */
export function checkCharacter(digits: string): string {
  const sum = [...digits].reduce((sum, digit) => ((sum + Number(digit)) * 2) % 11, 0)
  const check = (12 - sum) % 11
  return check === 10 ? 'X' : String(check)
}

export type IdentityDoubt = { key: 'length'; n: number } | { key: 'digits' } | { key: 'check'; expected: string; last: string } | { key: 'birthday'; number: string; file: string }

/**
 * What looks wrong with a number: a warning in words, never a refusal, as papers with mistakes exist and whoever stands at
 * the door has the paper in hand.
 */
export function identityDoubt(document: Document, typed: string, bornOn: string | null): IdentityDoubt | undefined {
  const number = tidyNumber(typed)
  if (document !== 'resident_card' || number === '') return undefined
  if (number.length !== 18) return { key: 'length', n: number.length }
  if (!/^\d{17}[\dX]$/.test(number)) return { key: 'digits' }
  const [expected, last] = [checkCharacter(number.slice(0, 17)), number.slice(17)]
  if (expected !== last) return { key: 'check', expected, last }
  const born = bornIn(number)
  return bornOn && bornOn !== born ? { key: 'birthday', number: born, file: bornOn } : undefined
}

/** The birthday that a resident card's number tells. */
const bornIn = (number: string) => `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`

/** What to ask of others with this number, once it is whole: its end alone is too many people's. */
export function alikeByNumber(document: Document, typed: string, bornOn: string | null, without: string): Partial<DuplicateQuery> | undefined {
  const number = tidyNumber(typed)
  const born = bornOn ?? (document === 'resident_card' && number.length === 18 ? bornIn(number) : null)
  return born && number.length >= (document === 'resident_card' ? 18 : 6) ? { number, born_on: born, without } : undefined
}
