import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { CommandError, commandErrorFrom } from '@/backend/errors'
import { correctResident } from '@/backend/generated'
import { carryOver, changesOf, correctionProblems, fieldOf, startDraft, type CorrectionDraft } from './correctionRules'
import { useResident } from './useResident'

// In memory only: names and numbers are personal, and the browser's own store is not encrypted.
const drafts = reactive(new Map<string, CorrectionDraft>())

/** A correction being typed for one resident. */
export function useCorrection(resident: string) {
  const { file, error: fileError, reload } = useResident(resident)
  const tried = ref(false)
  const busy = ref(false)
  const moved = ref(false)
  const error = shallowRef<CommandError>()
  const draft = computed(() => drafts.get(resident))
  const problems = computed(() => (tried.value && draft.value ? correctionProblems(draft.value) : {}))

  watch(file, (now, before) => {
    if (!now) return
    const typed = drafts.get(resident)
    if (!typed) drafts.set(resident, startDraft(now))
    else if (carryOver(typed, now)) moved.value = true
    if (!before) return
    // A newer entry came in while typing. It counts as seen once it is on show, so the page points to it.
    const changed = before.fields.filter(({ field, seen }) => seen.join() !== fieldOf(now, field).seen.join())
    if (changed.length > 0) moved.value = true
  })

  /** Saves on this device; true when the correction is safe. */
  async function save(): Promise<boolean> {
    tried.value = true
    error.value = undefined
    if (busy.value || !file.value || !draft.value || Object.keys(problems.value).length > 0) return false
    const changes = changesOf(file.value, draft.value)
    if (changes.length === 0) {
      error.value = new CommandError('nothing_changed', {})
      return false
    }
    busy.value = true
    try {
      await correctResident({ resident, changes })
      drafts.delete(resident)
      return true
    } catch (failure) {
      error.value = commandErrorFrom(failure)
      return false
    } finally {
      busy.value = false
    }
  }

  return { file, fileError, reload, draft, problems, error, busy, moved, save, discard: () => drafts.delete(resident) }
}
