import { computed, ref, shallowReadonly, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { register, type RegisterPage } from '@/backend/generated'
import { useStaysCurrent } from '../common/useStaysCurrent'
import { useSlow } from '../common/useSlow'
import { searchText } from '../session/desk'

export const PAGE_SIZES = [50, 100, 200] as const

/** One page of the residents' register in a place, kept in step with the console's own store. */
export function useRegister(scope: MaybeRefOrGetter<string | null>) {
  const page = ref(1)
  const pageSize = ref<number>(PAGE_SIZES[0])
  const answer = shallowRef<RegisterPage>()
  const error = shallowRef<CommandError>()
  const asking = shallowRef(false)
  let newest = 0
  let answered = ''

  const rows = computed(() => answer.value?.rows ?? [])
  const total = computed(() => answer.value?.total ?? 0)
  const filtered = computed(() => searchText.value.trim() !== '')

  async function reload(): Promise<void> {
    const request = ++newest
    const question = {
      scope: toValue(scope),
      text: searchText.value.trim() || null,
      offset: (page.value - 1) * pageSize.value,
      limit: pageSize.value,
    }
    asking.value = true
    try {
      const got = await register(question)
      if (request !== newest) return // a slow, older answer must not cover a newer one
      error.value = undefined
      answer.value = got
      answered = JSON.stringify(question)
      // Rows may have left since: past the end there is nothing to see, so the last page is shown instead.
      const last = Math.max(1, Math.ceil(got.total / pageSize.value))
      if (page.value > last) page.value = last
    } catch (cause) {
      if (request !== newest) return
      error.value = commandErrorFrom(cause)
      // Rows that answer an earlier question must not stand under the new one.
      if (answered !== JSON.stringify(question)) answer.value = undefined
    } finally {
      if (request === newest) asking.value = false
    }
  }

  function search(text: string): void {
    searchText.value = text
  }

  // Another place, word or page size is another list, which starts at its beginning.
  watch([() => toValue(scope), searchText, pageSize], () => {
    if (page.value === 1) void reload()
    else page.value = 1
  })
  watch(page, reload)
  void reload()
  useStaysCurrent(['resident', 'residence', 'household', 'dwelling', 'building', 'grid', 'visit'], reload)

  return {
    rows,
    total,
    page,
    pageSize,
    filtered,
    known: computed(() => answer.value !== undefined),
    slow: useSlow(asking),
    error: shallowReadonly(error),
    text: shallowReadonly(searchText),
    search,
    reload,
  }
}
