import { onScopeDispose, reactive, ref, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { settleConflict, undoSettlement, type ConflictField } from '@/backend/generated'
import { tabletReach } from '@/features/issues/useIssues'

const UNDO_MS = 10_000

/** Settling fields by a tap, and taking the last one back. What was typed stays until it is saved. */
export function useSettling(record: () => string, reload: () => unknown, reach = tabletReach) {
  const busy = ref(false)
  const errors = reactive<Record<string, CommandError | undefined>>({})
  const typed = reactive<Record<string, string>>({})
  const last = shallowRef<{ record: string; field: string }>()
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))

  async function settle(field: ConflictField, choice: { side?: string; value?: string; keepBoth?: boolean }): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    errors[field.field] = undefined
    try {
      const { side = null, value = null, keepBoth = false } = choice
      await reach.through(settleConflict({ record: record(), field: field.field, side, value, keep_both: keepBoth, seen: [...field.seen] }))
      delete typed[field.field]
      offerUndo(record(), field.field)
      return true
    } catch (failure) {
      errors[field.field] = commandErrorFrom(failure)
      return false
    } finally {
      busy.value = false
      await reload()
    }
  }

  function offerUndo(of: string, field: string) {
    last.value = { record: of, field }
    clearTimeout(timer)
    timer = setTimeout(() => (last.value = undefined), UNDO_MS)
  }

  async function undo(): Promise<void> {
    const what = last.value
    if (!what || busy.value) return
    busy.value = true
    try {
      await reach.through(undoSettlement(what))
      last.value = undefined
    } catch (failure) {
      errors[what.field] = commandErrorFrom(failure)
    } finally {
      busy.value = false
      await reload()
    }
  }

  return { busy, errors, typed, last, settle, undo }
}
