import { ref } from 'vue'
import { forgetDrafts } from '@/features/drafts/draftStore'
import { forgetIssues } from '@/features/issues/issueMemory'

export const searchText = ref('')

export function forgetDesk(): void {
  searchText.value = ''
  forgetDrafts()
  forgetIssues()
}
