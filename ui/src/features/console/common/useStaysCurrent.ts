import { onScopeDispose } from 'vue'
import { onLive } from '@/backend/transport'
import { useRecordsChanged } from '@/composables/useRecordsChanged'

/** Calls `reload` when records of these kinds changed, and once more when the event stream opens after a gap,
 * the one before its first opening included: events that passed meanwhile are not sent again. */
export function useStaysCurrent(kinds: readonly string[], reload: () => unknown): void {
  useRecordsChanged(kinds, reload)
  let missing = false
  const stop = onLive((live) => {
    if (live && missing) reload()
    missing = !live
  })
  onScopeDispose(stop)
}
