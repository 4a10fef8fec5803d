import { computed, watch, type Ref } from 'vue'
import { listConflicts, type AboutRecord, type HouseholdFile } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'

/** The records in dispute behind a door: asked for only where the file says that there are any. */
export function useDisputed(file: Readonly<Ref<HouseholdFile | undefined>>) {
  const { value: lines, reload, clear } = useLoaded(() => listConflicts({ scope: null, settled: false }))
  watch(
    file,
    (now) => {
      if (now && isDisputed(now)) void reload()
      else clear()
    },
    { immediate: true },
  )
  const records = computed(() => (file.value && lines.value ? disputedAt(file.value, lines.value.map(({ about }) => about)) : []))
  return { records }
}

const isDisputed = (file: HouseholdFile) => file.conflict || file.residents.some(({ conflict }) => conflict)

/** Each disputed record of the door once: the household's own, its people, how they live there. */
export function disputedAt(file: Pick<HouseholdFile, 'dwelling' | 'household' | 'residents'>, all: readonly AboutRecord[]): AboutRecord[] {
  const ours = new Set([`dwelling:${file.dwelling}`, `household:${file.household}`, ...file.residents.flatMap(({ id, residence }) => [`resident:${id}`, `residence:${residence}`, `identity:${id}`])])
  const found = new Map<string, AboutRecord>()
  for (const about of all) if (ours.has(about.record)) found.set(about.record, about)
  return [...found.values()]
}
