import { computed, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { listStaff, staffFile, type Role } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useStaysCurrent } from '../common/useStaysCurrent'

const kinds = ['person', 'assignment', 'division', 'unit', 'building']
const PAGE = 50

/** Who works in a place, page by page, narrowed by what was typed or chosen. */
export function useStaff(scope: MaybeRefOrGetter<string | null>, text: MaybeRefOrGetter<string>) {
  const role = ref<Role | null>(null)
  const former = ref(false)
  const page = ref(1)
  const question = () => ({ text: toValue(text).trim() || null, scope: toValue(scope), role: role.value, former: former.value, offset: (page.value - 1) * PAGE, limit: PAGE })
  const { value, error, reload } = useLoaded(() => listStaff(question()))
  watch([() => toValue(scope), () => toValue(text), role, former], () => {
    if (page.value === 1) void reload()
    else page.value = 1
  })
  watch(page, reload, { immediate: true })
  useStaysCurrent(kinds, reload)
  return { role, former, page, rows: computed(() => value.value?.rows ?? []), total: computed(() => value.value?.total ?? 0), anybody: computed(() => value.value?.anybody ?? false), known: computed(() => value.value !== undefined), error, reload }
}

/** Somebody's account with everything they were ever appointed to. */
export function useStaffFile(person: MaybeRefOrGetter<string>) {
  const { value: file, error, reload, clear } = useLoaded(() => staffFile({ person: toValue(person) }))
  watch(
    () => toValue(person),
    () => {
      clear()
      void reload()
    },
    { immediate: true },
  )
  useStaysCurrent(kinds, reload)
  return { file, error, reload }
}
