import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useLoaded } from '@/composables/useLoaded'
import { useStaysCurrent } from './useStaysCurrent'

/** A whole list, kept in step with the store and narrowed by what was typed. */
export function useListed<T>(read: () => Promise<T[]>, kinds: string[], text: MaybeRefOrGetter<string>, words: (row: T) => (string | null)[], here: (row: T) => boolean = () => true) {
  const { value: all, error, reload } = useLoaded(read)
  const inPlace = computed(() => (all.value ?? []).filter(here))
  const rows = computed(() => {
    const wanted = toValue(text).trim().toLowerCase()
    return wanted === '' ? inPlace.value : inPlace.value.filter((row) => words(row).some((word) => word?.toLowerCase().includes(wanted)))
  })
  void reload()
  useStaysCurrent(kinds, reload)
  return { all, rows, others: computed(() => inPlace.value.length > 0), known: computed(() => all.value !== undefined), error, reload }
}
