import { computed, ref, watch } from 'vue'
import { moveIn, residentFile, type Relation, type ResidentFile, type Stays } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useLoaded } from '@/composables/useLoaded'
import { useEntryForm } from '@/features/forms/useEntryForm'
import { emptyDraft, rules, type Draft } from '@/features/register/formRules'
import type { Found } from '@/features/search/FinderField.vue'
import { moveInProblems } from './moveRules'

/** Somebody who is registered already moves in at a door; of each home they have it is said whether they leave it. */
export function useMoveIn(building: string, dwelling: string, title: () => string) {
  const fields = rules.residence ?? []
  const resident = ref('')
  const { value: file, error: fileError, reload, clear } = useLoaded((): Promise<ResidentFile> => residentFile({ resident: resident.value }))
  /** Where they live now. */
  const homes = computed(() => file.value?.homes ?? [])
  const entry = useEntryForm(`move-in:${dwelling}`, {
    empty: () => ({ typed: '', person: null as Found | null, homes: {} as Record<string, 'left' | 'kept'>, living: { ...emptyDraft(fields), stays: 'main' } as Draft }),
    title,
    path: () => `/buildings/${building}/doors/${dwelling}/move-in`,
    problems: (form) => ({ ...moveInProblems(form, homes.value, today()), ...(form.person && !file.value ? { person: 'empty' } : {}) }),
    send: ({ person, homes: answers, living }, draft) =>
      moveIn({
        resident: person?.id ?? '',
        dwelling,
        household: null,
        relation: living.relation as Relation,
        stays: living.stays as Stays,
        registered_here: living.registered_here ? living.registered_here === 'true' : null,
        since: living.since || null,
        leaves: homes.value.filter(({ residence }) => answers[residence] === 'left').map(({ residence }) => residence),
        draft,
      }),
  })

  watch(
    () => entry.form.value.person?.id,
    (id) => {
      clear()
      resident.value = id ?? ''
      if (id) void reload()
    },
    { immediate: true },
  )

  return { ...entry, fields, file, fileError, reload, homes }
}
