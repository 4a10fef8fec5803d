import type { MaybeRefOrGetter } from 'vue'
import { toValue, watch } from 'vue'
import { buildingMatrix, householdFile } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useStaysCurrent } from '../common/useStaysCurrent'

/** A door with who lives behind it, kept in step with the console's own store. */
export function useDoorFile(dwelling: MaybeRefOrGetter<string>) {
  return followed(dwelling, (id) => householdFile({ dwelling: id }), ['dwelling', 'household', 'resident', 'residence', 'visit', 'need', 'building'])
}

/** A building with its doors. */
export function useBuildingFile(building: MaybeRefOrGetter<string>) {
  return followed(building, (id) => buildingMatrix({ building: id }), ['building', 'dwelling', 'household', 'residence', 'resident'])
}

function followed<T>(id: MaybeRefOrGetter<string>, read: (id: string) => Promise<T>, kinds: string[]) {
  const { value: file, error, reload, clear } = useLoaded(() => read(toValue(id)))
  watch(
    () => toValue(id),
    () => {
      clear()
      void reload()
    },
    { immediate: true },
  )
  useStaysCurrent(kinds, reload)
  return { file, error, reload }
}
