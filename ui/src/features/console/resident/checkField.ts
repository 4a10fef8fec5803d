import type { FieldChange } from '@/backend/generated'

/** Why a typed value will not do, in the core's own words for it. */
export type FieldFault = 'empty' | 'too_long' | 'bad_phone'

const NAME_LIMIT = 60

/** The first look, on leaving a field. The core decides; this only saves a round trip. */
export function checkField(field: FieldChange['field'], typed: string): FieldFault | undefined {
  const value = typed.trim()
  if (field === 'name') {
    if (value === '') return 'empty'
    // Counted in characters, not in UTF-16 units: 𬭚 is one character.
    return [...value].length > NAME_LIMIT ? 'too_long' : undefined
  }
  // A blank phone means "leave it as it is".
  if (value === '') return undefined
  const digits = value.replace(/[\s-]/g, '')
  return /^\+?\d{5,20}$/.test(digits) ? undefined : 'bad_phone'
}
