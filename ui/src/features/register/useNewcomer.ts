import { computed } from 'vue'
import { addResident, moveIn, type Gender, type NewResident, type Relation, type Saved, type Stays } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useEntryForm } from '@/features/forms/useEntryForm'
import { tabletReach } from '@/features/issues/useIssues'
import { joiningProblems, useHomesOf, type HomeAnswer, type HouseholdChoice } from '@/features/moves/joining'
import { emptyDraft, listOf, problemsOf, rules, type Draft } from './formRules'
import { useAlike } from './useAlike'

export interface NewcomerOf {
  dwelling: string
  title: () => string
  path: () => string
  /** The households behind the door. */
  households: () => readonly HouseholdChoice[]
}

/**
 * Somebody being registered at a door, and who they may already be. Once it is said that they are somebody registered, what
 * is left to ask is how they live here, in which household, and what becomes of the homes they have.
 */
export function useNewcomer({ dwelling, title, path, households }: NewcomerOf, reach = tabletReach) {
  const all = rules.newcomer ?? []
  const living = rules.residence ?? []
  const entry = useEntryForm<Draft>(`newcomer:${dwelling}`, {
    empty: () => ({ ...emptyDraft(all), stays: 'main', household: '', taken: '', taken_words: '' }),
    title,
    path,
    problems: (draft) => ({
      ...problemsOf(draft.taken ? living : all, draft, today()),
      ...joiningProblems(draft.household, households(), (residence) => draft[`home:${residence}`], draft.taken ? homes.value : []),
      ...(draft.taken && !file.value ? { taken: 'empty' } : {}),
    }),
    send: (draft, kept): Promise<Saved> => (draft.taken ? moveIn({ resident: draft.taken, dwelling, household: joined(), ...lives(), leaves: left(), draft: kept }) : addResident({ ...newResident(), draft: kept })),
  })
  const typed = (name: string): string | null => (entry.form.value[name] ?? '').trim() || null
  const taken = computed(() => entry.form.value.taken || undefined)
  const { file, homes, error: homesError, reload: readHomes } = useHomesOf(() => taken.value, reach)
  const alike = useAlike(() => (taken.value ? undefined : { dwelling, name: typed('name') ?? '', born_on: typed('born_on'), phone: typed('phone') }), reach)

  const joined = (): string | null => (households().length > 1 ? typed('household') : null)
  const left = () => homes.value.map(({ residence }) => residence).filter((residence) => entry.form.value[`home:${residence}`] === 'left')
  const newResident = (): NewResident => ({
    dwelling,
    household: joined(),
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
  const set = (more: Draft) => (entry.form.value = { ...entry.form.value, ...more })

  return {
    ...entry,
    fields: computed(() => (taken.value ? living : all)),
    alike,
    /** It is somebody who is registered already. What was typed of them stays, in case it is not. */
    take: (resident: string) => set({ taken: resident, taken_words: alike.value.find((one) => one.resident === resident)?.name ?? '' }),
    giveBack: () => set({ taken: '', taken_words: '' }),
    taken: computed(() => (taken.value ? { id: taken.value, name: file.value?.name ?? entry.form.value.taken_words ?? '' } : undefined)),
    homes,
    homesError,
    readHomes,
    answer: (residence: string) => entry.form.value[`home:${residence}`],
    say: (residence: string, answer: HomeAnswer) => set({ [`home:${residence}`]: answer }),
    household: computed({ get: () => entry.form.value.household || null, set: (next) => set({ household: next ?? '' }) }),
  }
}
