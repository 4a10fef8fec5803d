import type { Saved } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useEntryForm } from '@/features/forms/useEntryForm'
import { emptyDraft, problemsOf, type Draft, type FieldRule } from '@/features/register/formRules'

/** What a form of lines is made of. Its draft is a text for each line, and more where a search or a list stands beside them. */
export interface Entry {
  key: string
  title: () => string
  path: () => string
  fields: readonly FieldRule[]
  /** What is filled in from the start. */
  start?: () => Draft
  /** The lines that count now, where that depends on others. */
  asked?: (draft: Draft) => readonly FieldRule[]
  /** What else must be chosen before it can be saved. */
  missing?: (draft: Draft) => (string | false)[]
  send: (typed: Typed, draft: string) => Promise<Saved>
}

/** The lines as the core takes them. */
export interface Typed {
  draft: Draft
  text: (name: string) => string | null
  /** A choice by its word; the rules above have made sure that there is one where one is needed. */
  choice: <T extends string>(name: string) => T
  choiceOrNone: <T extends string>(name: string) => T | null
  number: (name: string) => number
  truth: (name: string) => boolean | null
}

export function typedIn(draft: Draft): Typed {
  const text = (name: string) => (draft[name] ?? '').trim() || null
  return {
    draft,
    text,
    choice: <T extends string>(name: string) => (text(name) ?? '') as T,
    choiceOrNone: <T extends string>(name: string) => text(name) as T | null,
    number: (name) => Number(text(name) ?? 0),
    truth: (name) => (text(name) === null ? null : text(name) === 'true'),
  }
}

const empties = (names: (string | false)[]) => Object.fromEntries(names.filter((name) => name !== false).map((name) => [name, 'empty']))

/** Something new being written down at the desk: a draft until it is saved, and a way back for a while after that. */
export function useEntry({ key, title, path, fields, start, asked, missing, send }: Entry) {
  return useEntryForm<Draft>(key, {
    empty: () => ({ ...emptyDraft(fields), ...start?.() }),
    title,
    path,
    problems: (draft) => ({ ...problemsOf(asked?.(draft) ?? fields, draft, today()), ...empties(missing?.(draft) ?? []) }),
    send: (draft, kept) => send(typedIn(draft), kept),
  })
}
