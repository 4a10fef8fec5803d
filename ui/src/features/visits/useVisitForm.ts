import { computed, ref, shallowRef, watch } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { saveVisit, type VisitOutcome } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useDraft } from '@/features/drafts/useDraft'
import { useHousehold } from '@/features/households/useHousehold'
import { asksFor, emptyDraft, newVisit, visitProblems } from './visitRules'

/** The visit being recorded at one door. `chosen` is an outcome that was picked before the form opened. */
export function useVisitForm(building: string, dwelling: string, chosen?: VisitOutcome) {
  const { file, error: fileError, reload } = useHousehold(dwelling)
  const kept = useDraft(`visit:${dwelling}`, {
    empty: emptyDraft,
    title: () => file.value?.door_label ?? '',
    path: () => `/buildings/${building}/doors/${dwelling}/visit`,
  })
  const draft = kept.form
  const tried = ref(false)
  const busy = ref(false)
  const error = shallowRef<CommandError>()
  const asks = computed(() => asksFor(draft.value.outcome))
  const problems = computed(() => (tried.value ? visitProblems(draft.value, today()) : {}))
  watch(kept.ready, (ready) => {
    if (ready && chosen) draft.value.outcome = chosen
  })

  /** Saves on this device; true when the visit is safe. */
  async function save(): Promise<boolean> {
    tried.value = true
    const { outcome } = draft.value
    if (busy.value || !file.value || outcome === null || Object.keys(problems.value).length > 0) return false
    busy.value = true
    error.value = undefined
    try {
      await saveVisit({ ...newVisit(file.value, draft.value, outcome), draft: await kept.carry() })
      kept.saved()
      return true
    } catch (failure) {
      error.value = commandErrorFrom(failure)
      return false
    } finally {
      busy.value = false
    }
  }

  return { file, fileError, reload, draft, ready: kept.ready, restored: kept.restored, startOver: kept.startOver, asks, problems, error, busy, save }
}
