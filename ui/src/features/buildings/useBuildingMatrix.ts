import { toValue, watch, type MaybeRefOrGetter } from 'vue'
import { buildingMatrix } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'

/** One building's doors, kept in step with the local store: after our own edits and after those sync brings in. */
export function useBuildingMatrix(building: MaybeRefOrGetter<string>) {
  const { value: matrix, error, reload, clear } = useLoaded(() => buildingMatrix({ building: toValue(building) }))
  watch(
    () => toValue(building),
    () => {
      clear()
      void reload()
    },
    { immediate: true },
  )
  useRecordsChanged(['building', 'dwelling', 'household', 'resident', 'residence', 'visit'], reload)
  return { matrix, error, reload }
}
