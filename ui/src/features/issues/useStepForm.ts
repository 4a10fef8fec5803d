import { computed, ref, shallowRef, watch } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { takeStep, type IssueFile } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useDraft } from '@/features/drafts/useDraft'
import { emptyStep, newStep, offeredSteps, stepProblems } from './issueRules'
import { tabletReach } from './useIssues'

/** The step being taken of one issue. */
export function useStepForm(file: () => IssueFile, reach = tabletReach) {
  const issue = computed(() => file().card.id)
  const kept = useDraft(() => `step:${issue.value}`, {
    empty: emptyStep,
    title: () => file().card.number,
    path: () => `/inbox/${issue.value}?tab=open`,
  })
  const draft = kept.form
  const offered = computed(() => offeredSteps(file().allowed))
  const step = computed(() => file().allowed.find((one) => one.step === draft.value.step))
  /** Somebody took another step meanwhile, so that the chosen one is not possible any more. */
  const gone = computed(() => draft.value.step !== null && step.value === undefined)
  const tried = ref(false)
  const busy = ref(false)
  const error = shallowRef<CommandError>()
  const problems = computed(() => (tried.value && step.value ? stepProblems(step.value, draft.value, today()) : {}))
  watch(issue, clear)

  function clear() {
    tried.value = false
    error.value = undefined
  }

  function choose(name: string | null) {
    draft.value.step = name
    clear()
  }

  function toggleUnit(unit: string) {
    const { units } = draft.value
    draft.value.units = units.includes(unit) ? units.filter((one) => one !== unit) : [...units, unit]
  }

  /** Saves on this device; true when the step is safe. */
  async function save(): Promise<boolean> {
    tried.value = true
    if (busy.value || !step.value || Object.keys(problems.value).length > 0) return false
    busy.value = true
    error.value = undefined
    try {
      await reach.through(takeStep({ ...newStep(issue.value, step.value, draft.value), draft: await kept.carry() }))
      kept.saved()
      tried.value = false
      return true
    } catch (failure) {
      error.value = commandErrorFrom(failure)
      return false
    } finally {
      busy.value = false
    }
  }

  return { draft, restored: kept.restored, startOver: kept.startOver, offered, step, gone, problems, busy, error, choose, toggleUnit, save }
}
