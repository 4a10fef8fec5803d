import { nextTick, onScopeDispose, ref, watch, type Ref } from 'vue'

/** Keeps what somebody is reading where it is while newer rows come in above it. At the top, new rows are shown. */
export function useKeptScroll(box: Ref<HTMLElement | undefined>, content: Readonly<Ref<unknown>>) {
  const away = ref(false)

  function onScroll(): void {
    away.value = (box.value?.scrollTop ?? 0) > 8
  }

  watch(
    content,
    async () => {
      const element = box.value
      if (!element) return
      const { scrollTop, scrollHeight } = element
      // The first row that is really in view stays put; a row added below it must not move anything.
      const anchor = scrollTop > 8 ? firstInView(element) : undefined
      const offset = anchor?.getBoundingClientRect().top
      await nextTick()
      if (scrollTop <= 8) return
      if (anchor?.isConnected && offset !== undefined) element.scrollTop += anchor.getBoundingClientRect().top - offset
      else element.scrollTop = scrollTop + (element.scrollHeight - scrollHeight)
    },
    // Before the page is drawn again, while the old heights can still be measured.
    { flush: 'pre' },
  )
  watch(box, (now, old) => {
    old?.removeEventListener('scroll', onScroll)
    now?.addEventListener('scroll', onScroll, { passive: true })
  })
  onScopeDispose(() => box.value?.removeEventListener('scroll', onScroll))
  return { away }
}

function firstInView(box: HTMLElement): HTMLElement | undefined {
  const top = box.getBoundingClientRect().top
  return [...box.querySelectorAll<HTMLElement>('li')].find((row) => row.getBoundingClientRect().bottom > top + 40)
}
