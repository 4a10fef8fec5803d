import type { ResidentField } from '@/backend/generated'
import type { Shown } from '@/features/register/typing'

const nameLimit = 60

/** A field as a correction starts from it: a name from what it is, a number anew, as it stands masked. */
export function shownOf({ field, shown, seen }: ResidentField): Shown {
  return { field, text: field === 'name' ? (shown ?? '') : '', shown, seen }
}

/** The number as it is kept: typed groups and spaces are for the eye only. */
export const tidyPhone = (typed: string) => typed.replace(/\s+/g, '')

/** Why a typed value will not do, as `errors.value_reasons` words it. The core checks again. */
export function problemWith(field: string, typed: string): string | undefined {
  const text = typed.trim()
  if (field === 'name') {
    if (text === '') return 'empty'
    // Counted in characters, not in UTF-16 units: 𬭚 is one character.
    return [...text].length > nameLimit ? 'too_long' : undefined
  }
  // An empty number means "leave it as it is".
  return text === '' || /^[0-9+-]{5,20}$/.test(tidyPhone(text)) ? undefined : 'bad_phone'
}
