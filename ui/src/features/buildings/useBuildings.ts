import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { listBuildings, loadProgress, type BuildingCard, type LoadProgress } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'

/** The buildings this device holds, and how far the download is while there are none. */
export function useBuildings() {
  const { value: buildings, error, reload } = useLoaded(listBuildings)
  const progress = shallowRef<LoadProgress>()
  const search = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined

  async function refresh() {
    await reload()
    // An empty list means one of two things: nothing exists, or it has not arrived yet.
    clearTimeout(timer)
    if (buildings.value?.length !== 0) return
    progress.value = await loadProgress().catch(() => undefined)
    if (progress.value && !progress.value.finished) timer = setTimeout(refresh, 1000)
  }

  const wanted = computed(() => search.value.trim().toLowerCase())
  const shown = computed(() => (buildings.value ?? []).filter((building) => wanted.value === '' || matches(building, wanted.value)))
  const groups = computed(() => byGrid(shown.value))

  void refresh()
  useRecordsChanged(['building', 'dwelling', 'household', 'residence', 'visit', 'compound'], refresh)
  onScopeDispose(() => clearTimeout(timer))
  return { buildings, shown, groups, error, progress, search, reload: refresh }
}

function matches(building: BuildingCard, text: string): boolean {
  return [building.name, building.number, building.compound, building.address, building.grid_name].some((part) => part?.toLowerCase().includes(text))
}

function byGrid(buildings: readonly BuildingCard[]): { grid: string; name: string; buildings: BuildingCard[] }[] {
  const groups = new Map<string, { grid: string; name: string; buildings: BuildingCard[] }>()
  for (const building of buildings) {
    const group = groups.get(building.grid) ?? { grid: building.grid, name: building.grid_name, buildings: [] }
    group.buildings.push(building)
    groups.set(building.grid, group)
  }
  return [...groups.values()]
}
