import { computed, ref, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { saveVisit } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useHousehold } from '@/features/households/useHousehold'
import { visitDrafts } from './visitDrafts'
import { asksFor, newVisit, visitProblems } from './visitRules'

/** The visit being recorded at one door. */
export function useVisitForm(dwelling: string) {
  const { file, error: fileError, reload } = useHousehold(dwelling)
  const draft = computed(() => visitDrafts.at(dwelling))
  const tried = ref(false)
  const busy = ref(false)
  const error = shallowRef<CommandError>()
  const asks = computed(() => asksFor(draft.value.outcome))
  const problems = computed(() => (tried.value ? visitProblems(draft.value, today()) : {}))

  /** Saves on this device; true when the visit is safe. */
  async function save(): Promise<boolean> {
    tried.value = true
    const { outcome } = draft.value
    if (busy.value || !file.value || outcome === null || Object.keys(problems.value).length > 0) return false
    busy.value = true
    error.value = undefined
    try {
      await saveVisit(newVisit(file.value, draft.value, outcome))
      visitDrafts.drop(dwelling)
      return true
    } catch (failure) {
      error.value = commandErrorFrom(failure)
      return false
    } finally {
      busy.value = false
    }
  }

  return { file, fileError, reload, draft, asks, problems, error, busy, save, discard: () => visitDrafts.drop(dwelling) }
}
