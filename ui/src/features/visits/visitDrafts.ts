import { reactive } from 'vue'
import { emptyDraft, type VisitDraft } from './visitRules'

// In memory only: a visit diary is personal, and the browser's own store is not encrypted.
const drafts = reactive(new Map<string, VisitDraft>())

/** Visits begun and not saved, one for each door. They outlive leaving the form and locking the tablet. */
export const visitDrafts = {
  at(dwelling: string): VisitDraft {
    if (!drafts.has(dwelling)) drafts.set(dwelling, emptyDraft())
    return drafts.get(dwelling) as VisitDraft
  },
  isStarted(dwelling: string): boolean {
    const draft = drafts.get(dwelling)
    return draft !== undefined && (draft.outcome !== null || draft.said !== '' || draft.met.length > 0)
  },
  drop(dwelling: string) {
    drafts.delete(dwelling)
  },
}
