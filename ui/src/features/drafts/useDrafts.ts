import { watch } from 'vue'
import { listDrafts } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { draftsVersion } from './draftStore'

/** What this person began and did not finish, the newest first. */
export function useDrafts() {
  const { value: drafts, reload } = useLoaded(() => listDrafts())
  watch(draftsVersion, reload)
  void reload()
  return { drafts, reload }
}
