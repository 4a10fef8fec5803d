import { onScopeDispose, shallowRef, watch } from 'vue'
import { possibleDuplicates, type DuplicateQuery, type PossibleDuplicate } from '@/backend/generated'
import { tabletReach } from '@/features/issues/useIssues'

/** Asking at each key would only make work for the keys that follow. */
const restMs = 250
const isDay = (text: string | null | undefined) => /^\d{4}-\d{2}-\d{2}$/u.test(text ?? '')

/** Who somebody may already be, while their details are typed; `undefined` asks nothing. */
export function useAlike(typed: () => Partial<DuplicateQuery> | undefined, reach = tabletReach) {
  const alike = shallowRef<PossibleDuplicate[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  let newest = 0

  watch(
    () => JSON.stringify(typed() ?? null),
    () => {
      clearTimeout(timer)
      timer = setTimeout(ask, restMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))

  async function ask() {
    const request = ++newest
    const query = typed()
    if (!query) return void (alike.value = [])
    // A day that is half typed is none. A warning that cannot be had must not stand in the way of writing somebody down.
    const whole: DuplicateQuery = { dwelling: null, name: '', phone: null, number: null, ...query, born_on: isDay(query.born_on) ? (query.born_on ?? null) : null }
    const found = await reach.through(possibleDuplicates(whole)).catch(() => [])
    if (request === newest) alike.value = found
  }

  return alike
}
