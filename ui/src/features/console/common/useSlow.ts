import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** True once something has been going on for a second: a bar that flashes for less only makes a page restless. */
export function useSlow(busy: Ref<boolean>, after = 1000): Ref<boolean> {
  const slow = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    busy,
    (on) => {
      clearTimeout(timer)
      if (on) timer = setTimeout(() => (slow.value = true), after)
      else slow.value = false
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return slow
}
