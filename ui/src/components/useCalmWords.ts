import { onScopeDispose, readonly, ref, watch } from 'vue'

/** Follows `words`, but changes at most once in `everyMs`: for live regions, which would talk without end. */
export function useCalmWords(words: () => string, everyMs: number) {
  const calm = ref('')
  let last = -Infinity
  let timer: ReturnType<typeof setTimeout> | undefined
  function speak() {
    timer = undefined
    last = performance.now()
    calm.value = words()
  }
  watch(words, () => {
    if (timer !== undefined) return
    const wait = last + everyMs - performance.now()
    if (wait <= 0) speak()
    else timer = setTimeout(speak, wait)
  })
  onScopeDispose(() => clearTimeout(timer))
  return readonly(calm)
}
