/**
 * What somebody types over what a record says, in one place for every form of both shells.
 *
 * The rule: a change answers what was on show when typing in that field began (`seen`), and nothing that came later. A field
 * nobody touched follows the register. In a field that somebody typed in, a newer value stands beside it in words until they
 * take it or say that theirs answers it too; saved without a choice, both values are kept and stand in the review.
 */
export interface Shown {
  field: string
  /** As a form prefills it; nothing where the value is masked. */
  text: string
  /** As a reader sees it: masked where it must be. */
  shown: string | null
  /** Opaque: given back with a change. */
  seen: readonly string[]
}

export interface TypedField {
  text: string
  /** The value is to go, whatever the text says. */
  drop: boolean
  /** What stood there when typing began. */
  was: string
  seen: string[]
}

export type Typed = Readonly<Record<string, TypedField>>

/** The text of a field as the form shows it. */
export function textIn(typed: Typed, of: Shown): string {
  return typed[of.field]?.text ?? of.text
}

export function type(typed: Typed, of: Shown, change: Partial<Pick<TypedField, 'text' | 'drop'>>): Typed {
  const begun = typed[of.field] ?? { text: of.text, drop: false, was: of.text, seen: [...of.seen] }
  const now = { ...begun, ...change }
  // As it was before, and nothing newer beside it: untouched again. With something newer the text must not jump away.
  if (!now.drop && now.text === now.was && sameList(now.seen, of.seen)) return without(typed, of.field)
  return { ...typed, [of.field]: now }
}

/** Whether a value came in after typing in the field began, other than the one that was typed. */
export function isOvertaken(typed: Typed, of: Shown): boolean {
  const mine = typed[of.field]
  if (!mine || sameList(mine.seen, of.seen)) return false
  return mine.drop ? of.shown !== null || of.text !== '' : of.text === '' || mine.text.trim() !== of.text
}

/** The newer value takes the place of what was typed. */
export function takeNewer(typed: Typed, field: string): Typed {
  return without(typed, field)
}

/** The newer value was read, and what was typed answers it as well. */
export function keepMine(typed: Typed, of: Shown): Typed {
  const mine = typed[of.field]
  return mine ? { ...typed, [of.field]: { ...mine, was: of.text, seen: [...of.seen] } } : typed
}

/** The fields that change, each with what its author was shown. */
export function changesIn(typed: Typed, fields: readonly Shown[]): { field: string; text: string; drop: boolean; seen: string[] }[] {
  return fields.flatMap((of) => {
    const mine = typed[of.field]
    if (!mine) return []
    const text = mine.text.trim()
    // Untouched after all, or the register says the same meanwhile. An empty text over a masked value leaves it as it is.
    if (!mine.drop && (text === mine.was.trim() || text === of.text.trim())) return []
    return [{ field: of.field, text, drop: mine.drop, seen: mine.seen }]
  })
}

function without(typed: Typed, field: string): Typed {
  return Object.fromEntries(Object.entries(typed).filter(([name]) => name !== field))
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((stamp, at) => stamp === other[at])
}
