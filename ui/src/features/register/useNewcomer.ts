import { addResident, moveIn, type Gender, type NewResident, type Relation, type Stays } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useEntryForm } from '@/features/forms/useEntryForm'
import { emptyDraft, listOf, problemsOf, rules, type Draft } from './formRules'
import { useAlike } from './useAlike'

/** Somebody being registered at a door, and who they may already be. */
export function useNewcomer(building: string, dwelling: string, title: () => string, path = () => `/buildings/${building}/doors/${dwelling}/add`) {
  const fields = rules.newcomer ?? []
  const entry = useEntryForm<Draft>(`newcomer:${dwelling}`, {
    empty: () => ({ ...emptyDraft(fields), stays: 'main' }),
    title,
    path,
    problems: (draft) => problemsOf(fields, draft, today()),
    send: (_, draft) => addResident({ ...newResident(), draft }),
  })
  const typed = (name: string) => (entry.form.value[name] ?? '').trim() || null
  const alike = useAlike(() => ({ dwelling, name: typed('name') ?? '', born_on: typed('born_on'), phone: typed('phone') }))

  const newResident = (): NewResident => ({
    dwelling,
    household: null,
    name: typed('name') ?? '',
    reading: typed('reading'),
    gender: typed('gender') as Gender | null,
    born_on: typed('born_on'),
    phone: typed('phone'),
    phone_2: typed('phone_2'),
    other_names: listOf(typed('other_names') ?? ''),
    languages: listOf(typed('languages') ?? ''),
    ...lives(),
    number: null,
  })
  const lives = () => ({ relation: (typed('relation') ?? 'other') as Relation, stays: (typed('stays') ?? 'main') as Stays, registered_here: typed('registered_here') === null ? null : typed('registered_here') === 'true', since: typed('since') })

  /** It is somebody who is registered already: they move in here, and keep their other home until somebody ends it. */
  const take = (resident: string) => entry.during(async () => moveIn({ resident, dwelling, household: null, ...lives(), leaves: [], draft: await entry.carry() }))

  return { ...entry, fields, alike, take }
}
