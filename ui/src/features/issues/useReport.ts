import { computed, ref, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { householdFile, listBuildings, listCategories, reportIssue, type HouseholdFile } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'
import { useDraft } from '@/features/drafts/useDraft'
import { recentCategories } from './issueMemory'
import { emptyReport, newIssue, reportProblems } from './issueRules'

/** The issue being reported, from a door, a building or anywhere. */
export function useReport(building: string | undefined, dwelling: string | undefined) {
  const key = dwelling ?? building ?? ''
  const { value: known, error: loadError, reload } = useLoaded(async () => {
    const [categories, buildings, door] = await Promise.all([listCategories(), listBuildings(), dwelling ? householdFile({ dwelling }) : Promise.resolve<HouseholdFile | undefined>(undefined)])
    return { categories, buildings, door }
  })
  const query = dwelling ? `?building=${building ?? ''}&dwelling=${dwelling}` : building ? `?building=${building}` : ''
  const kept = useDraft(`report:${key}`, { empty: emptyReport, title: (): string => place.value, path: () => `/report${query}` })
  const draft = kept.form
  /** Where it was opened is where it was seen, unless somebody says otherwise. */
  const where = computed({ get: () => draft.value.where ?? known.value?.door?.building ?? building ?? null, set: (chosen) => (draft.value.where = chosen) })
  const category = computed(() => known.value?.categories.find(({ id }) => id === draft.value.category))
  const household = computed(() => known.value?.door?.household ?? null)
  const prefilled = computed(() => {
    const door = known.value?.door
    if (door) return `${door.building_name} ${door.door_label}`
    return known.value?.buildings.find(({ id }) => id === where.value)?.name ?? ''
  })
  const place = computed({ get: (): string => draft.value.place ?? prefilled.value, set: (text: string) => (draft.value.place = text) })
  const isPrivate = computed(() => (category.value?.private ?? false) || (household.value !== null && draft.value.ofHousehold))
  const grids = computed(() => [...new Map((known.value?.buildings ?? []).map((one) => [one.grid, one.grid_name]))])
  const tried = ref(false)
  const busy = ref(false)
  const error = shallowRef<CommandError>()
  const whole = computed(() => ({ ...draft.value, where: where.value }))
  const problems = computed(() => (tried.value ? reportProblems(whole.value, place.value) : {}))

  /** Saves on this device; the new issue's id when it is safe. */
  async function save(): Promise<string | undefined> {
    tried.value = true
    if (busy.value || !known.value || Object.keys(problems.value).length > 0) return undefined
    busy.value = true
    error.value = undefined
    try {
      const { record } = await reportIssue({ ...newIssue(whole.value, place.value, household.value), draft: await kept.carry() })
      if (category.value) recentCategories.note(category.value.code)
      kept.saved()
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
  return { known, loadError, reload, draft, ready: kept.ready, restored: kept.restored, startOver: kept.startOver, where, category, household, place, isPrivate, grids, problems, busy, error, save }
}
