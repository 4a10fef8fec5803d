import { ref, shallowReactive } from 'vue'
import type { FieldChange } from '@/backend/generated'
import { forgetIssues } from '@/features/issues/issueMemory'

/** What a supervisor has typed and not yet saved, kept in memory only: personal words never reach browser
 * storage. It outlives a page change and a session that ran out, and is emptied on signing out. */
export interface CorrectionDraft {
  fields: Partial<Record<FieldChange['field'], DraftField>>
}

export interface DraftField {
  typed: string
  remove: boolean
  /** What the person had seen when the form opened. */
  seen: string[]
}

export const searchText = ref('')
export const correctionDrafts = shallowReactive(new Map<string, CorrectionDraft>())

export function forgetDesk(): void {
  searchText.value = ''
  correctionDrafts.clear()
  forgetIssues()
}
