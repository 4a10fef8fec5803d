import type { FieldChange, ResidentField, ResidentFile } from '@/backend/generated'

export type PhoneField = 'phone' | 'phone_2'

/** What has been typed about one resident: the name as it should read, new numbers in full, numbers to drop. */
export interface CorrectionDraft {
  name: string
  /** The name that was on show when typing began. Equal to `name` means untouched. */
  name_was: string
  phone: string
  phone_2: string
  dropped: PhoneField[]
}

export interface CorrectionProblems {
  name?: 'need_name' | 'name_long'
  phone?: 'bad_phone'
  phone_2?: 'bad_phone'
}

export const phoneFields: readonly PhoneField[] = ['phone', 'phone_2']

export function startDraft(file: ResidentFile | undefined): CorrectionDraft {
  const name = file ? shownName(file) : ''
  return { name, name_was: name, phone: '', phone_2: '', dropped: [] }
}

export const nothingTyped = (draft: CorrectionDraft) => draft.name === draft.name_was && draft.phone === '' && draft.phone_2 === '' && draft.dropped.length === 0

/**
 * Carries a draft over to a newer file. An untouched name follows the file: otherwise an old draft would quietly
 * write back a name that somebody has corrected since. True when a typed name now stands against a newer one.
 */
export function carryOver(draft: CorrectionDraft, file: ResidentFile): boolean {
  const name = shownName(file)
  if (draft.name_was === name) return false
  const typed = draft.name !== draft.name_was
  if (!typed) draft.name = name
  draft.name_was = name
  return typed
}

const shownName = (file: ResidentFile) => fieldOf(file, 'name').shown ?? file.name

/** A field of the file; one that was never filled in has no version to answer. */
export function fieldOf(file: ResidentFile, field: ResidentField['field']): ResidentField {
  return file.fields.find((one) => one.field === field) ?? { field, shown: null, seen: [], mark: 'sent', others: [] }
}

/** The number as it is kept: typed groups and spaces are for the eye only. */
export const tidyPhone = (typed: string) => typed.replace(/\s+/g, '')

export function correctionProblems(draft: CorrectionDraft): CorrectionProblems {
  const problems: CorrectionProblems = {}
  if (draft.name.trim() === '') problems.name = 'need_name'
  else if ([...draft.name.trim()].length > 60) problems.name = 'name_long'
  for (const field of phoneFields) {
    const typed = tidyPhone(draft[field])
    if (typed !== '' && !draft.dropped.includes(field) && !/^[0-9+-]{5,20}$/.test(typed)) problems[field] = 'bad_phone'
  }
  return problems
}

/** Only what changes, each with the versions that were on show, so that the merge knows what was answered. */
export function changesOf(file: ResidentFile, draft: CorrectionDraft): FieldChange[] {
  const changes: FieldChange[] = []
  const name = fieldOf(file, 'name')
  if (draft.name.trim() !== draft.name_was && draft.name.trim() !== name.shown) changes.push({ field: 'name', value: draft.name.trim(), seen: [...name.seen] })
  for (const field of phoneFields) {
    const { seen } = fieldOf(file, field)
    if (draft.dropped.includes(field)) changes.push({ field, value: null, seen: [...seen] })
    else if (tidyPhone(draft[field]) !== '') changes.push({ field, value: tidyPhone(draft[field]), seen: [...seen] })
  }
  return changes
}
