import { computed, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { CommandError, commandErrorFrom } from '@/backend/errors'
import {
  correctResident,
  type FieldChange,
  type ResidentField,
  type ResidentFile,
  type Saved,
} from '@/backend/generated'
import { useDraft } from '@/features/drafts/useDraft'
import type { CorrectionDraft, DraftField } from '../session/desk'
import { whileSignedIn } from '../session/useSession'
import { checkField } from './checkField'

type FieldName = FieldChange['field']

/** The correction of one resident. A draft remembers what was seen when it was begun: the core learns from it which
 * values the correction answers, so a value that arrived meanwhile is kept beside it and not silently replaced. */
export function useCorrection(file: MaybeRefOrGetter<ResidentFile>) {
  const busy = ref(false)
  const error = shallowRef<CommandError>()
  const faults = ref<Partial<Record<FieldName, string>>>({})

  const kept = useDraft<CorrectionDraft>(() => `correct:${toValue(file).id}`, {
    empty: () => ({ fields: {} }),
    isEmpty: ({ fields }) => Object.values(fields).every((field) => field.typed === field.was && !field.remove),
    title: () => toValue(file).name,
    path: () => `/register?resident=${toValue(file).id}`,
  })
  const draft = computed(() => (Object.keys(kept.form.value.fields).length > 0 ? kept.form.value : undefined))
  const editing = computed(() => draft.value !== undefined)
  const overtaken = computed(() =>
    toValue(file).fields.some((field) => {
      const kept = draft.value?.fields[field.field]
      return kept !== undefined && !sameList(kept.seen, field.seen)
    }),
  )
  const changes = computed(() => (draft.value ? changesOf(toValue(file), draft.value) : []))

  function begin(): void {
    const resident = toValue(file)
    if (editing.value) return
    kept.put({ fields: Object.fromEntries(resident.fields.map((field) => [field.field, blank(field)])) })
  }

  function discard(): void {
    void kept.startOver()
    faults.value = {}
    error.value = undefined
  }

  /** The person has read the newer values: from here on the correction answers those. */
  function acceptNewer(): void {
    for (const field of toValue(file).fields) {
      const kept = draft.value?.fields[field.field]
      if (kept) kept.seen = [...field.seen]
    }
  }

  function check(field: FieldName): boolean {
    const kept = draft.value?.fields[field]
    const fault = kept && !kept.remove ? checkField(field, kept.typed) : undefined
    faults.value = { ...faults.value, [field]: fault }
    return fault === undefined
  }

  async function save(): Promise<Saved | undefined> {
    const resident = toValue(file)
    const sound = resident.fields.map((field) => check(field.field)).every(Boolean)
    if (busy.value || !sound) return undefined
    if (changes.value.length === 0) {
      error.value = new CommandError('nothing_changed', {})
      return undefined
    }
    busy.value = true
    error.value = undefined
    try {
      const saved = await whileSignedIn(correctResident({ resident: resident.id, changes: changes.value, draft: await kept.carry() }))
      kept.saved()
      return saved
    } catch (cause) {
      const fault = faultFrom(cause)
      // A refused value is told under its field; everything else above the buttons.
      if (fault) faults.value = { ...faults.value, ...fault }
      else error.value = commandErrorFrom(cause)
      return undefined
    } finally {
      busy.value = false
    }
  }

  watch(
    () => toValue(file).id,
    () => {
      faults.value = {}
      error.value = undefined
    },
  )

  return { draft, restored: kept.restored, editing, overtaken, changes, faults, busy, error, begin, discard, acceptNewer, check, save }
}

function blank(field: ResidentField): DraftField {
  // A phone is shown masked and therefore typed anew in full; a name is corrected from what it is.
  const typed = field.field === 'name' ? (field.shown ?? '') : ''
  return { typed, was: typed, remove: false, seen: [...field.seen] }
}

function changesOf(file: ResidentFile, draft: CorrectionDraft): FieldChange[] {
  return file.fields.flatMap(({ field, shown }): FieldChange[] => {
    const kept = draft.fields[field]
    if (!kept) return []
    const change = { field, seen: kept.seen }
    if (field === 'name') return kept.typed.trim() === (shown ?? '') ? [] : [{ ...change, value: kept.typed.trim() }]
    if (kept.remove) return [{ ...change, value: null }]
    const number = kept.typed.replace(/\s+/g, '')
    return number === '' ? [] : [{ ...change, value: number }]
  })
}

function faultFrom(cause: unknown): Partial<Record<FieldName, string>> | undefined {
  const { code, detail } = commandErrorFrom(cause)
  if (code !== 'value_invalid') return undefined
  const { field, reason } = detail
  if (field !== 'name' && field !== 'phone' && field !== 'phone_2') return undefined
  return { [field]: String(reason ?? 'unknown') }
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((stamp, at) => stamp === other[at])
}
