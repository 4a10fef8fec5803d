import { reactive, ref } from 'vue'
import { emptyReport, emptyStep, withRecent, type ReportDraft, type StepDraft } from './issueRules'

// In memory only: what somebody says about a household is personal, and the browser's own store is not encrypted.
const reports = reactive(new Map<string, ReportDraft>())
const steps = reactive(new Map<string, StepDraft>())
const recent = ref<string[]>([])

/** Reports and steps begun and not saved. They outlive leaving the form and locking the tablet. */
export const reportDrafts = drafts(reports, emptyReport)
export const stepDrafts = drafts(steps, emptyStep)
export const recentCategories = { codes: recent, note: (code: string) => (recent.value = withRecent(recent.value, code)) }

export function forgetIssues() {
  reports.clear()
  steps.clear()
  recent.value = []
}

function drafts<T>(kept: Map<string, T>, empty: () => T) {
  return {
    at(key: string): T {
      if (!kept.has(key)) kept.set(key, empty())
      return kept.get(key) as T
    },
    drop: (key: string) => void kept.delete(key),
  }
}
