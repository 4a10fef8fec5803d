import { toValue, watch, type MaybeRefOrGetter } from 'vue'
import { residentFile } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'

/** One resident's file, kept in step with the local store. */
export function useResident(resident: MaybeRefOrGetter<string>) {
  const { value: file, error, reload, clear } = useLoaded(() => residentFile({ resident: toValue(resident) }))
  watch(
    () => toValue(resident),
    () => {
      clear()
      void reload()
    },
    { immediate: true },
  )
  useRecordsChanged(['resident', 'residence', 'household'], reload)
  return { file, error, reload }
}
