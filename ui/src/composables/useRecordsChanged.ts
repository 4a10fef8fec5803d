import { onScopeDispose } from 'vue'
import { onEvent } from '@/backend/transport'

/**
 * Runs `reload` after records of these kinds changed here or arrived by sync, and after a sync round, which
 * turns "saved here" into "sent" without changing a record.
 */
export function useRecordsChanged(kinds: readonly string[], reload: () => unknown) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = onEvent((event) => {
    if (event.type === 'stage_changed') return
    const ours = event.type === 'sync_changed' || event.kinds.length === 0 || event.kinds.some((kind) => kinds.includes(kind))
    // A round brings many batches; one reload after the last of a burst is enough.
    if (ours) timer ??= setTimeout(run, 120)
  })
  function run() {
    timer = undefined
    reload()
  }
  onScopeDispose(() => {
    stop()
    clearTimeout(timer)
  })
}
