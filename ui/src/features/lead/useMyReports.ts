import { computed } from 'vue'
import { listIssues } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useRecordsChanged } from '@/composables/useRecordsChanged'
import { myReports } from './leadRules'

/** Everything this person reported, open and closed, kept in step with the local store; and what else is open nearby. */
export function useMyReports() {
  const { value, error, reload } = useLoaded(async () => {
    const [open, closed] = await Promise.all([listIssues({ scope: null, tab: 'open' }), listIssues({ scope: null, tab: 'closed' })])
    return { open, all: [...open, ...closed] }
  })
  void reload()
  useRecordsChanged(['issue', 'issue_step', 'category', 'unit'], reload)
  const reports = computed(() => value.value && myReports(value.value.all))
  return { reports, open: computed(() => value.value?.open), error, reload }
}
