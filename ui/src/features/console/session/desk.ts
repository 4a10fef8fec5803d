import { ref } from 'vue'
import type { FieldChange } from '@/backend/generated'
import { forgetDrafts } from '@/features/drafts/draftStore'
import { forgetIssues } from '@/features/issues/issueMemory'

/** What a supervisor has typed about one resident and not yet saved. */
export interface CorrectionDraft {
  fields: Partial<Record<FieldChange['field'], DraftField>>
}

export interface DraftField {
  typed: string
  /** What stood there when the form opened. */
  was: string
  remove: boolean
  /** What the person had seen when the form opened. */
  seen: string[]
}

export const searchText = ref('')

export function forgetDesk(): void {
  searchText.value = ''
  forgetDrafts()
  forgetIssues()
}
