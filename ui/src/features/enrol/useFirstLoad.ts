import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { loadProgress, type LoadProgress } from '@/backend/generated'
import { onEvent } from '@/backend/transport'
import { useAppState } from '@/composables/useAppState'

/** The first download: asked for until it is finished, then the app moves on by itself. */
export function useFirstLoad() {
  const { reload } = useAppState()
  const progress = shallowRef<LoadProgress>()
  const error = shallowRef<CommandError>()
  let stopped = false
  let asking = false

  async function ask() {
    if (asking || stopped) return
    asking = true
    try {
      progress.value = await loadProgress()
      error.value = undefined
      if (progress.value.finished) {
        stopped = true
        await reload()
      }
    } catch (failure) {
      stopped = false
      error.value = commandErrorFrom(failure)
    } finally {
      asking = false
    }
  }

  void ask()
  const timer = setInterval(ask, 300)
  const stop = onEvent(() => void ask())
  onScopeDispose(() => {
    stopped = true
    clearInterval(timer)
    stop()
  })
  return { progress: shallowReadonly(progress), error: shallowReadonly(error) }
}
