import { computed, nextTick, ref, toValue, type MaybeRefOrGetter, type Ref } from 'vue'

/** One tab stop for a whole list of rows; arrows move it. Rows carry `data-row` with their id. */
export function useRowKeys(box: Ref<HTMLElement | undefined>, ids: MaybeRefOrGetter<readonly string[]>) {
  const wanted = ref<string>()
  // The row may have left with the last reload; then the first one is the way in.
  const current = computed(() => {
    const here = toValue(ids)
    return wanted.value !== undefined && here.includes(wanted.value) ? wanted.value : here[0]
  })

  async function focus(id: string | undefined): Promise<void> {
    if (id === undefined) return
    wanted.value = id
    await nextTick()
    box.value?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus()
  }

  function move(by: number): Promise<void> {
    const here = toValue(ids)
    const at = here.indexOf(current.value ?? '')
    return focus(here[Math.min(here.length - 1, Math.max(0, at + by))])
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const here = toValue(ids)
    const moves: Record<string, () => unknown> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Home: () => focus(here[0]),
      End: () => focus(here[here.length - 1]),
    }
    const act = moves[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }

  return { current, focus, move, onKey, enter: () => focus(current.value), note: (id: string) => (wanted.value = id) }
}
