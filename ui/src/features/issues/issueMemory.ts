import { ref } from 'vue'
import { withRecent } from './issueRules'

// In memory only: which matters somebody reports says something about where they work.
const recent = ref<string[]>([])

/** The categories somebody used last, most recent first. */
export const recentCategories = { codes: recent, note: (code: string) => (recent.value = withRecent(recent.value, code)) }

export function forgetIssues() {
  recent.value = []
}
