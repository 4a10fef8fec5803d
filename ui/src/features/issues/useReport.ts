import { computed, ref, shallowRef, watchEffect } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { householdFile, listBuildings, listCategories, reportIssue, type HouseholdFile } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'
import { recentCategories, reportDrafts } from './issueMemory'
import { newIssue, reportProblems } from './issueRules'

/** The issue being reported, from a door, a building or anywhere. */
export function useReport(building: string | undefined, dwelling: string | undefined) {
  const key = dwelling ?? building ?? ''
  const { value: known, error: loadError, reload } = useLoaded(async () => {
    const [categories, buildings, door] = await Promise.all([listCategories(), listBuildings(), dwelling ? householdFile({ dwelling }) : Promise.resolve<HouseholdFile | undefined>(undefined)])
    return { categories, buildings, door }
  })
  const draft = computed(() => reportDrafts.at(key))
  const category = computed(() => known.value?.categories.find(({ id }) => id === draft.value.category))
  const household = computed(() => known.value?.door?.household ?? null)
  const prefilled = computed(() => {
    const door = known.value?.door
    if (door) return `${door.building_name} ${door.door_label}`
    return known.value?.buildings.find(({ id }) => id === draft.value.where)?.name ?? ''
  })
  const place = computed({ get: () => draft.value.place ?? prefilled.value, set: (text: string) => (draft.value.place = text) })
  const isPrivate = computed(() => (category.value?.private ?? false) || (household.value !== null && draft.value.ofHousehold))
  const grids = computed(() => [...new Map((known.value?.buildings ?? []).map((one) => [one.grid, one.grid_name]))])
  const tried = ref(false)
  const busy = ref(false)
  const error = shallowRef<CommandError>()
  const problems = computed(() => (tried.value ? reportProblems(draft.value, place.value) : {}))

  // Where it was opened is where it was seen, unless somebody says otherwise.
  watchEffect(() => {
    const here = known.value?.door?.building ?? building
    if (here && draft.value.where === null) draft.value.where = here
  })

  /** Saves on this device; the new issue's id when it is safe. */
  async function save(): Promise<string | undefined> {
    tried.value = true
    if (busy.value || !known.value || Object.keys(problems.value).length > 0) return undefined
    busy.value = true
    error.value = undefined
    try {
      const { record } = await reportIssue(newIssue(draft.value, place.value, household.value))
      if (category.value) recentCategories.note(category.value.code)
      reportDrafts.drop(key)
      return record
    } catch (failure) {
      error.value = commandErrorFrom(failure)
      return undefined
    } finally {
      busy.value = false
    }
  }

  void reload()
  useRecordsChanged(['category', 'building', 'household'], reload)
  return { known, loadError, reload, draft, category, household, place, isPrivate, grids, problems, busy, error, save, discard: () => reportDrafts.drop(key) }
}
