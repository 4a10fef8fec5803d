import { computed, ref, watch, type Ref } from 'vue'
import { saveIdentity, type Document, type ResidentFile } from '@/backend/generated'
import { useEntryForm } from '@/features/forms/useEntryForm'
import { tabletReach } from '@/features/issues/useIssues'
import { useAlike } from '@/features/register/useAlike'
import { alikeByNumber, identityDoubt, tidyNumber } from './identityRules'

/** A resident's identity number being entered, in both shells. One that looks wrong is saved with the second tap. */
export function useIdentity(resident: string, file: Readonly<Ref<ResidentFile | undefined>>, path: () => string, reach = tabletReach) {
  const entry = useEntryForm(`identity:${resident}`, {
    empty: () => ({ document: 'resident_card' as Document, number: '' }),
    isEmpty: ({ number }) => number.trim() === '',
    title: () => file.value?.name ?? '',
    path,
    problems: ({ number }): Record<string, string> => (tidyNumber(number) === '' ? { number: 'empty' } : {}),
    send: (typed, draft) => saveIdentity({ resident, ...typed, draft }),
  })
  const { form } = entry
  const bornOn = () => file.value?.born_on ?? null
  const doubt = computed(() => identityDoubt(form.value.document, form.value.number, bornOn()))
  /** The doubtful number that somebody has compared with the paper. */
  const shown = ref<string>()
  const warned = computed(() => doubt.value !== undefined && shown.value === tidyNumber(form.value.number))
  const alike = useAlike(() => alikeByNumber(form.value.document, form.value.number, bornOn(), resident), reach)
  watch(() => form.value.document, () => (shown.value = undefined))

  async function save(): Promise<boolean> {
    if (doubt.value && !warned.value) {
      shown.value = tidyNumber(form.value.number)
      return false
    }
    return entry.save()
  }

  return { ...entry, save, doubt, warned, alike, complete: computed(() => tidyNumber(form.value.number).length >= 18) }
}
