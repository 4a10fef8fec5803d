import { readonly, ref } from 'vue'
import { undoSave } from '@/backend/generated'
import { tabletReach } from '@/features/issues/useIssues'

const shownMs = 10_000
const token = ref<string>()
let through = tabletReach.through
let timer: ReturnType<typeof setTimeout> | undefined

/** Offers for ten seconds to take the last save back, by the way it was made. */
export function offerUndo(undo: string | null, reach = tabletReach) {
  clearTimeout(timer)
  through = reach.through
  token.value = undo ?? undefined
  if (undo) timer = setTimeout(() => (token.value = undefined), shownMs)
}

export function useUndo() {
  async function undo() {
    const taken = token.value
    clearTimeout(timer)
    token.value = undefined
    if (taken) await through(undoSave({ undo: taken }))
  }
  return { offered: readonly(token), undo }
}
