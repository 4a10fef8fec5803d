import { onScopeDispose, readonly, ref } from 'vue'

/** The present moment, told anew every half minute: for words such as "3 hours left". */
export function useNow() {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), 30_000)
  onScopeDispose(() => clearInterval(timer))
  return readonly(now)
}
