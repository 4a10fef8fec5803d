import { computed, ref, shallowReadonly, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { recentVisits, type VisitRow } from '@/backend/generated'
import { useStaysCurrent } from '../common/useStaysCurrent'
import { useSlow } from '../common/useSlow'

const STEP = 100
const MOST = 500

/** The newest visits in a place, arriving as tablets send them. `fresh` names those that came while the page was open. */
export function useRecentVisits(scope: MaybeRefOrGetter<string | null>, onArrived: (count: number) => void = () => {}) {
  const visits = shallowRef<VisitRow[]>()
  const fresh = shallowRef<ReadonlySet<string>>(new Set())
  const limit = ref(STEP)
  const error = shallowRef<CommandError>()
  const asking = shallowRef(false)
  let newest = 0

  async function reload(): Promise<void> {
    const request = ++newest
    const before = visits.value
    const wanted = limit.value
    asking.value = true
    try {
      const answer = await recentVisits({ scope: toValue(scope), limit: wanted })
      if (request !== newest) return // a slow, older answer must not cover a newer one
      const arrived = before ? arrivals(before, answer) : []
      visits.value = answer
      error.value = undefined
      if (arrived.length === 0) return
      fresh.value = new Set([...fresh.value, ...arrived])
      onArrived(arrived.length)
    } catch (cause) {
      if (request === newest) error.value = commandErrorFrom(cause)
    } finally {
      if (request === newest) asking.value = false
    }
  }

  function markSeen(): void {
    fresh.value = new Set()
  }

  async function showMore(): Promise<void> {
    limit.value = Math.min(MOST, limit.value + STEP)
    await reload()
  }

  watch(
    () => toValue(scope),
    () => {
      visits.value = undefined
      limit.value = STEP
      markSeen()
      void reload()
    },
  )
  void reload()
  useStaysCurrent(['visit', 'resident', 'household', 'dwelling', 'building', 'grid'], reload)

  return {
    visits: shallowReadonly(visits),
    fresh: shallowReadonly(fresh),
    more: computed(() => (visits.value?.length ?? 0) >= limit.value && limit.value < MOST),
    full: computed(() => (visits.value?.length ?? 0) >= MOST),
    slow: useSlow(asking),
    error: shallowReadonly(error),
    reload,
    markSeen,
    showMore,
  }
}

/** Visits that were not listed before. Whatever is older than the whole old list only moved into a longer window;
 * a tablet that was offline for days still counts, as its visits fall between the old ones. */
function arrivals(before: readonly VisitRow[], now: readonly VisitRow[]): string[] {
  const known = new Set(before.map((visit) => visit.id))
  const oldest = before[before.length - 1]?.happened_at ?? ''
  return now.filter((visit) => !known.has(visit.id) && visit.happened_at >= oldest).map((visit) => visit.id)
}
