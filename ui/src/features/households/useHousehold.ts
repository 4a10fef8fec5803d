import { toValue, watch, type MaybeRefOrGetter } from 'vue'
import { householdFile } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'

/** One door with its people and visits, kept in step with the local store. */
export function useHousehold(dwelling: MaybeRefOrGetter<string>) {
  const { value: file, error, reload, clear } = useLoaded(() => householdFile({ dwelling: toValue(dwelling) }))
  watch(
    () => toValue(dwelling),
    () => {
      clear()
      void reload()
    },
    { immediate: true },
  )
  useRecordsChanged(['dwelling', 'household', 'resident', 'residence', 'visit', 'need'], reload)
  return { file, error, reload }
}
