import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { loadProgress, search, type LoadProgress, type SearchResults } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'

/** Asking at each key would only make work for the keys that follow. */
const restMs = 150
/** Whoever wants another types on. */
const limit = 8

/** Which of three things an empty answer means: nothing typed, nothing of that name, or not downloaded yet. */
export type FinderState = 'idle' | 'found' | 'none' | 'not_here'

/** One kind of what a search finds. */
export const among = <T>(of: (found: SearchResults) => T[]) => async (words: string) => of(await search({ text: words, limit }))

/** Looks one thing up inside a form, in both shells: `ask` finds what answers to the words. */
export function useFinder<T>(text: () => string, ask: (words: string) => Promise<T[]>) {
  const asked = computed(() => text().trim())
  const progress = shallowRef<LoadProgress>()
  const { value, error, reload, clear } = useLoaded(async () => {
    const words = asked.value
    const hits = await ask(words)
    // "Nobody of that name" would be untrue while the register is still coming in.
    if (hits.length === 0) progress.value = await loadProgress().catch(() => undefined)
    return { words, hits }
  })
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(
    asked,
    (now) => {
      clearTimeout(timer)
      if (now === '') clear()
      else timer = setTimeout(reload, restMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))

  const hits = computed(() => (asked.value === '' ? [] : (value.value?.hits ?? [])))
  const state = computed((): FinderState => {
    if (asked.value === '' || value.value === undefined) return 'idle'
    if (hits.value.length > 0) return 'found'
    if (value.value.words !== asked.value) return 'idle'
    return progress.value && !progress.value.finished ? 'not_here' : 'none'
  })
  return { hits, state, error, reload }
}
