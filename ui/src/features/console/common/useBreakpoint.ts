import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** Whether the window is at least this wide now. */
export function useAtLeast(px: number): Readonly<Ref<boolean>> {
  const query = window.matchMedia(`(min-width: ${px}px)`)
  const wide = ref(query.matches)
  const follow = ({ matches }: MediaQueryListEvent) => (wide.value = matches)
  query.addEventListener('change', follow)
  onScopeDispose(() => query.removeEventListener('change', follow))
  return readonly(wide)
}
