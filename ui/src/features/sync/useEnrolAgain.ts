import { ref, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import type { AppState } from '@/backend/generated'
import { useAppState } from '@/composables/useAppState'

/** One try at a time; what was typed stays until it went through. */
export function useEnrolAgain(ask: () => Promise<AppState>) {
  const { take } = useAppState()
  const error = shallowRef<CommandError>()
  const busy = ref(false)

  async function finish() {
    if (busy.value) return
    busy.value = true
    error.value = undefined
    try {
      take(await ask())
    } catch (failure) {
      error.value = commandErrorFrom(failure)
    } finally {
      busy.value = false
    }
  }

  return { error, busy, finish }
}
