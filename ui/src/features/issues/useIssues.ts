import { toValue, watch, type MaybeRefOrGetter } from 'vue'
import { issueFile, listIssues, type IssueTab } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'

/** How a shell asks the core and hears of changes; the console's session may run out under a question. */
export interface Reach {
  through: <T>(answer: Promise<T>) => Promise<T>
  follow: (kinds: readonly string[], reload: () => unknown) => void
}
export const tabletReach: Reach = { through: (answer) => answer, follow: useRecordsChanged }
const kinds = ['issue', 'issue_step', 'category', 'unit', 'attachment']

/** The issues of one tab in a place, kept in step with the local store. */
export function useIssues(tab: MaybeRefOrGetter<IssueTab>, scope: MaybeRefOrGetter<string | null> = null, reach = tabletReach) {
  const { value: issues, error, loading, reload, clear } = useLoaded(() => reach.through(listIssues({ scope: toValue(scope), tab: toValue(tab) })))
  again([() => toValue(tab), () => toValue(scope)], clear, reload)
  reach.follow(kinds, reload)
  return { issues, error, loading, reload }
}

/** One issue with its steps and what may be done now. */
export function useIssueFile(issue: MaybeRefOrGetter<string>, reach = tabletReach) {
  const { value: file, error, reload, clear } = useLoaded(() => reach.through(issueFile({ issue: toValue(issue) })))
  again([() => toValue(issue)], clear, reload)
  reach.follow(kinds, reload)
  return { file, error, reload }
}

function again(subject: (() => unknown)[], clear: () => void, reload: () => unknown) {
  watch(
    subject,
    () => {
      clear()
      void reload()
    },
    { immediate: true },
  )
}
