import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** Whether the page is narrower than `width` pixels, kept up to date when the tablet is turned. */
export function useNarrow(width: number): Readonly<Ref<boolean>> {
  const narrow = ref(window.innerWidth < width)
  const update = () => (narrow.value = window.innerWidth < width)
  window.addEventListener('resize', update)
  onScopeDispose(() => window.removeEventListener('resize', update))
  return readonly(narrow)
}
