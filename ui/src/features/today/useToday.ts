import { computed, ref, shallowRef, watch } from 'vue'
import { loadProgress, today, type DueDoor, type LoadProgress } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'

const aheadDays = 7

export interface DuePart {
  name: 'overdue' | 'on_day' | 'ahead'
  doors: DueDoor[]
}

/** The doors that are due, in the parts they are shown in. */
export function useToday() {
  const ahead = ref(false)
  const progress = shallowRef<LoadProgress>()
  const { value: list, error, reload } = useLoaded(() => today({ ahead_days: ahead.value ? aheadDays : 0 }))
  const parts = computed(() => (list.value ? partsOf(list.value.due, list.value.day) : []))

  // An empty list means one of two things: nothing is due, or it has not arrived yet.
  watch(list, async (now) => {
    if (now?.due.length === 0) progress.value = await loadProgress().catch(() => undefined)
  })
  watch(ahead, reload)
  useRecordsChanged(['visit', 'household', 'need', 'dwelling', 'building'], reload)
  void reload()
  return { list, parts, error, progress, ahead, reload }
}

export function partsOf(doors: readonly DueDoor[], day: string): DuePart[] {
  const parts: DuePart[] = [
    { name: 'overdue', doors: doors.filter((one) => one.overdue) },
    { name: 'on_day', doors: doors.filter((one) => !one.overdue && one.due_on <= day) },
    { name: 'ahead', doors: doors.filter((one) => one.due_on > day) },
  ]
  return parts.filter((part) => part.doors.length > 0)
}
