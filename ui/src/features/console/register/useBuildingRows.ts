import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { listBuildings, type BuildingCard } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useStaysCurrent } from '../common/useStaysCurrent'

/** The buildings of a place, narrowed by what was typed. A grid's code begins with the codes of all that lies above it. */
export function useBuildingRows(scope: MaybeRefOrGetter<string | null>, text: MaybeRefOrGetter<string>) {
  const { value: all, error, reload } = useLoaded(listBuildings)
  const here = computed(() => (all.value ?? []).filter(({ grid }) => grid.startsWith(toValue(scope) ?? '')))
  const rows = computed(() => {
    const wanted = toValue(text).trim().toLowerCase()
    return wanted === '' ? here.value : here.value.filter((one) => matches(one, wanted))
  })
  void reload()
  useStaysCurrent(['building', 'dwelling', 'household', 'visit', 'compound'], reload)
  return { rows, here, known: computed(() => all.value !== undefined), error, reload }
}

function matches(building: BuildingCard, text: string): boolean {
  return [building.name, building.number, building.compound, building.address, building.grid_name].some((part) => part?.toLowerCase().includes(text))
}
