import { onScopeDispose, shallowRef, watch } from 'vue'
import { search, type SearchResults } from '@/backend/generated'

/** Asking at each key would only make work for the keys that follow. */
const REST_MS = 200

/** People and doors that answer to what is typed. Nothing is found for nothing. */
export function useHits(typed: () => string, limit = 8) {
  const hits = shallowRef<SearchResults>()
  /** The text that `hits` answers. */
  const answered = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let newest = 0

  async function ask(text: string) {
    const request = ++newest
    const found = await search({ text, limit }).catch(() => undefined)
    // A slow, older answer must not cover a newer one.
    if (request !== newest) return
    hits.value = found
    answered.value = text
  }

  watch(
    () => typed().trim(),
    (text) => {
      clearTimeout(timer)
      newest += 1
      if (text === '') {
        hits.value = undefined
        answered.value = ''
      } else timer = setTimeout(() => void ask(text), REST_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { hits, answered }
}
