import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { addResident, moveIn, possibleDuplicates, type Gender, type PossibleDuplicate, type Relation, type Stays } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useDraft } from '@/features/drafts/useDraft'
import { emptyDraft, listOf, problemsIn, problemsOf, rules, type Draft } from './formRules'
import { offerUndo } from './useUndo'

/** Asking at each key would only make work for the keys that follow. */
const restMs = 250

/** Somebody being registered at a door, and who they may already be. */
export function useNewcomer(building: string, dwelling: string, title: () => string) {
  const fields = rules.newcomer ?? []
  const start = (): Draft => ({ ...emptyDraft(fields), stays: 'main' })
  const kept = useDraft<Draft>(`newcomer:${dwelling}`, { empty: start, title, path: () => `/buildings/${building}/doors/${dwelling}/add` })
  const draft = kept.form
  const alike = shallowRef<PossibleDuplicate[]>([])
  const error = shallowRef<CommandError>()
  const refused = ref<Record<string, string>>({})
  const [tried, busy] = [ref(false), ref(false)]
  const problems = computed(() => (tried.value ? { ...problemsOf(fields, draft.value, today()), ...refused.value } : {}))
  const typed = (name: string) => (draft.value[name] ?? '').trim() || null
  let timer: ReturnType<typeof setTimeout> | undefined
  let newest = 0

  watch(
    () => [draft.value.name, draft.value.born_on, draft.value.phone],
    () => {
      refused.value = {}
      clearTimeout(timer)
      timer = setTimeout(ask, restMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))

  async function ask() {
    const request = ++newest
    const born = typed('born_on')
    const query = { dwelling, name: typed('name') ?? '', born_on: born && /^\d{4}-\d{2}-\d{2}$/u.test(born) ? born : null, phone: typed('phone'), number: null }
    // A warning that cannot be had must not stand in the way of registering somebody.
    const found = await possibleDuplicates(query).catch(() => [])
    if (request === newest) alike.value = found
  }

  async function during(work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = undefined
    try {
      await work()
      return true
    } catch (failure) {
      error.value = commandErrorFrom(failure)
      refused.value = problemsIn(error.value.detail)
      return false
    } finally {
      busy.value = false
    }
  }

  /** Registers somebody new on this device; true when it is safe. */
  async function save(): Promise<boolean> {
    tried.value = true
    if (Object.keys(problems.value).length > 0) return false
    return during(async () => {
      const saved = await addResident({
        dwelling,
        household: null,
        name: typed('name') ?? '',
        reading: typed('reading'),
        gender: typed('gender') as Gender | null,
        born_on: typed('born_on'),
        phone: typed('phone'),
        phone_2: typed('phone_2'),
        other_names: listOf(draft.value.other_names ?? ''),
        languages: listOf(draft.value.languages ?? ''),
        relation: typed('relation') as Relation,
        stays: typed('stays') as Stays,
        registered_here: typed('registered_here') === null ? null : typed('registered_here') === 'true',
        since: typed('since'),
        number: null,
        draft: await kept.carry(),
      })
      kept.saved()
      offerUndo(saved.undo)
    })
  }

  /** It is somebody who is registered already: they move in here, and keep their other home until somebody ends it. */
  function take(resident: string): Promise<boolean> {
    return during(async () => {
      const saved = await moveIn({ resident, dwelling, household: null, relation: (typed('relation') ?? 'other') as Relation, stays: (typed('stays') ?? 'main') as Stays, registered_here: null, since: typed('since'), leaves: [] })
      await kept.startOver()
      offerUndo(saved.undo)
    })
  }

  return { fields, draft, alike, problems, error, busy, save, take, restored: kept.restored, startOver: kept.startOver }
}
