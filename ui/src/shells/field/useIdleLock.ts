import { onScopeDispose } from 'vue'
import { lock } from '@/backend/generated'
import { useAppState } from '@/composables/useAppState'
import { flushDrafts } from '@/features/drafts/draftStore'

const idleMs = 5 * 60_000

/** Locks after five minutes without a touch or a key. What was typed stays in its draft. */
export function useIdleLock() {
  const { take } = useAppState()
  let timer = setTimeout(lockNow, idleMs)
  function awake() {
    clearTimeout(timer)
    timer = setTimeout(lockNow, idleMs)
  }
  async function lockNow() {
    try {
      await flushDrafts()
      take(await lock())
    } catch {
      // Nobody is there to read an error; try again after the next pause.
      awake()
    }
  }
  const signs = ['pointerdown', 'keydown', 'scroll'] as const
  for (const sign of signs) window.addEventListener(sign, awake, { capture: true, passive: true })
  onScopeDispose(() => {
    clearTimeout(timer)
    for (const sign of signs) window.removeEventListener(sign, awake, { capture: true })
  })
}
