import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { loadProgress, search, type LoadProgress, type SearchResults } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'
import { typedText } from './searchMemory'

/** Asking at each key would only make work for the keys that follow. */
const restMs = 100
/** As many of a kind as a screen and a half hold; whoever wants another types on. */
const limit = 20

/** What is found for the typed text, kept in step with the store. */
export function useSearch() {
  const asked = computed(() => typedText.value.trim())
  const progress = shallowRef<LoadProgress>()
  const { value, error, reload, clear } = useLoaded(async () => {
    const text = asked.value
    const results = await search({ text, limit })
    // "Nobody of that name" would be untrue while the register is still coming in.
    if (count(results) === 0) progress.value = await loadProgress()
    return { text, results }
  })
  const found = computed(() => (asked.value === '' ? undefined : value.value))
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(
    asked,
    (text, before) => {
      clearTimeout(timer)
      if (text === '') clear()
      else if (before === undefined) void reload()
      else timer = setTimeout(reload, restMs)
    },
    { immediate: true },
  )
  useRecordsChanged(['resident', 'residence', 'household', 'dwelling', 'building', 'compound', 'issue', 'issue_step'], () => {
    if (asked.value !== '') void reload()
  })
  onScopeDispose(() => clearTimeout(timer))

  /** Asks without waiting for a rest: somebody pressed Enter. */
  async function askNow() {
    clearTimeout(timer)
    if (asked.value !== '' && found.value?.text !== asked.value) await reload()
  }

  return {
    asked,
    results: computed(() => found.value?.results),
    /** Whether what is shown answers what is typed. */
    current: computed(() => found.value?.text === asked.value),
    progress,
    error,
    reload,
    askNow,
  }
}

export function count(results: SearchResults): number {
  return results.people.length + results.doors.length + results.buildings.length + results.issues.length
}
