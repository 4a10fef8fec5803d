import { computed, onScopeDispose, ref, type MaybeRefOrGetter } from 'vue'
import type { IssueCard, IssueTab } from '@/backend/generated'
import { receiverKey } from '@/features/issues/issueRules'
import { useIssues } from '@/features/issues/useIssues'
import { among, useFinder } from '@/features/search/useFinder'
import { deskReach } from '../common/deskReach'

/** The queue of issues in a place, narrowed by what was typed. */
export function useDispatch(tab: MaybeRefOrGetter<IssueTab>, scope: MaybeRefOrGetter<string | null>) {
  const { issues, error, loading, reload } = useIssues(tab, scope, deskReach)
  const text = ref('')
  const rows = computed(() => (issues.value ?? []).filter((card) => matches(card, text.value.trim().toLowerCase())))
  const { hits } = useFinder(
    () => text.value,
    among(({ issues }) => issues),
  )
  /** What the words mean in other tabs or places; what is listed already is not said twice. */
  const elsewhere = computed(() => hits.value.filter(({ issue }) => !rows.value.some(({ id }) => id === issue)))
  return { issues, rows, elsewhere, text, error, loading, reload }
}

/** Digits choose receivers and Enter sends, wherever the focus is except on what has a meaning of its own. */
export function useReceiverKeys(pane: () => { chooseUnit: (at: number) => void; ready: () => boolean; submit: () => unknown } | undefined, box: () => HTMLElement | undefined) {
  function onKey(event: KeyboardEvent) {
    const target = event.target instanceof HTMLElement ? event.target : undefined
    const form = pane()
    if (!form || !target || event.defaultPrevented) return
    // A button, link or dialog elsewhere keeps its own keys.
    if (!box()?.contains(target) && target.closest('button, a, [role="tab"], [role="dialog"], [role="tooltip"]')) return
    const key = receiverKey(event, target.tagName)
    if (typeof key === 'number') {
      event.preventDefault()
      form.chooseUnit(key)
    } else if (key === 'send' && form.ready() && (target.tagName !== 'BUTTON' || target.hasAttribute('data-unit'))) {
      event.preventDefault()
      void form.submit()
    }
  }
  document.addEventListener('keydown', onKey)
  onScopeDispose(() => document.removeEventListener('keydown', onKey))
}

function matches(card: IssueCard, text: string): boolean {
  return text === '' || [card.number, card.category, card.category_en, card.place, card.words, card.grid_name].some((part) => part.toLowerCase().includes(text))
}
