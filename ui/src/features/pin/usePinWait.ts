import { computed, onScopeDispose, readonly, ref } from 'vue'

/** Counts down to the moment when another PIN may be tried. */
export function usePinWait() {
  const until = ref(0)
  const now = ref(Date.now())
  const seconds = computed(() => Math.max(0, Math.ceil((until.value - now.value) / 1000)))
  const waited = ref(false)
  let timer: ReturnType<typeof setInterval> | undefined

  function waitUntil(time: number) {
    until.value = time
    now.value = Date.now()
    if (seconds.value === 0) return
    waited.value = true
    timer ??= setInterval(tick, 250)
  }

  function tick() {
    now.value = Date.now()
    if (seconds.value > 0) return
    clearInterval(timer)
    timer = undefined
  }

  onScopeDispose(() => clearInterval(timer))
  return { seconds, until: readonly(until), waited: readonly(waited), waitUntil, waitSeconds: (count: number) => waitUntil(Date.now() + count * 1000) }
}
