import { ref, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import type { Saved } from '@/backend/generated'
import { tabletReach } from '@/features/issues/useIssues'
import { problemsIn } from './formRules'
import { offerUndo } from '@/composables/useUndo'

/** One save at a time: what went wrong as a whole and by field, and the way back for ten seconds. */
export function useSaving(reach = tabletReach) {
  const busy = ref(false)
  const error = shallowRef<CommandError>()
  const refused = ref<Record<string, string>>({})

  /** True when it is safe on this device. */
  async function save(work: () => Promise<Saved>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = undefined
    refused.value = {}
    try {
      const saved = await reach.through(work())
      offerUndo(saved.undo)
      return true
    } catch (failure) {
      error.value = commandErrorFrom(failure)
      refused.value = problemsIn(error.value.detail)
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, error, refused, save }
}
