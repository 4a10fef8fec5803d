import { computed, ref, shallowRef, watch } from 'vue'
import { CommandError, commandErrorFrom } from '@/backend/errors'
import { correctResident } from '@/backend/generated'
import { useDraft } from '@/features/drafts/useDraft'
import { carryOver, changesOf, correctionProblems, fieldOf, nothingTyped, startDraft } from './correctionRules'
import { useResident } from './useResident'

/** A correction being typed for one resident, opened at a door. */
export function useCorrection(resident: string, path: () => string) {
  const { file, error: fileError, reload } = useResident(resident)
  const kept = useDraft(`correct:${resident}`, {
    empty: () => startDraft(file.value),
    isEmpty: nothingTyped,
    title: () => file.value?.name ?? '',
    path,
  })
  const tried = ref(false)
  const busy = ref(false)
  const moved = ref(false)
  const started = ref(false)
  const error = shallowRef<CommandError>()
  const draft = computed(() => (started.value ? kept.form.value : undefined))
  const problems = computed(() => (tried.value && draft.value ? correctionProblems(draft.value) : {}))

  watch([file, kept.ready], ([now, ready], [before]) => {
    if (!now || !ready) return
    if (started.value || kept.restored.value) {
      if (carryOver(kept.form.value, now)) moved.value = true
    } else kept.put(startDraft(now))
    started.value = true
    if (!before || before === now) return
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
      await correctResident({ resident, changes, draft: await kept.carry() })
      kept.saved()
      return true
    } catch (failure) {
      error.value = commandErrorFrom(failure)
      return false
    } finally {
      busy.value = false
    }
  }

  return { file, fileError, reload, draft, restored: kept.restored, startOver: kept.startOver, problems, error, busy, moved, save }
}
