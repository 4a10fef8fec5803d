import { toValue, watch, type MaybeRefOrGetter } from 'vue'
import { conflictCard, listAttention, listConflicts, listHeld } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { tabletReach } from '@/features/issues/useIssues'

// Any record may be disputed, so any change may matter.
const kinds = ['conflict', 'held_edit', 'resident', 'household', 'residence', 'dwelling', 'building', 'issue', 'issue_step', 'visit']

/** Fields on which people disagree, or those settled in the last 30 days. */
export function useConflicts(settled: boolean, scope: MaybeRefOrGetter<string | null> = null, reach = tabletReach) {
  return followed(() => reach.through(listConflicts({ scope: toValue(scope), settled })), [() => toValue(scope)], reach)
}

/** The disputed fields of one record. */
export function useConflictCard(record: MaybeRefOrGetter<string>, reach = tabletReach) {
  return followed(() => reach.through(conflictCard({ record: toValue(record) })), [() => toValue(record)], reach)
}

/** Own entries that did not simply come through. */
export function useAttention(reach = tabletReach) {
  return followed(() => reach.through(listAttention()), [], reach)
}

/** Entries whose author's right ended on the way, for a supervisor to decide. */
export function useHeld(scope: MaybeRefOrGetter<string | null>, reach = tabletReach) {
  return followed(() => reach.through(listHeld({ scope: toValue(scope) })), [() => toValue(scope)], reach)
}

function followed<T>(read: () => Promise<T>, subject: (() => unknown)[], reach: typeof tabletReach) {
  const { value, error, reload, clear } = useLoaded(read)
  watch(
    subject,
    () => {
      clear()
      void reload()
    },
    { immediate: true },
  )
  if (subject.length === 0) void reload()
  reach.follow(kinds, reload)
  return { value, error, reload }
}
