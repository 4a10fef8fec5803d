import { readonly, ref } from 'vue'
import { undoSave } from '@/backend/generated'

const shownMs = 10_000
const token = ref<string>()
let timer: ReturnType<typeof setTimeout> | undefined

/** Offers for ten seconds to take the last save back. */
export function offerUndo(undo: string | null) {
  clearTimeout(timer)
  token.value = undo ?? undefined
  if (undo) timer = setTimeout(() => (token.value = undefined), shownMs)
}

export function useUndo() {
  async function undo() {
    const taken = token.value
    offerUndo(null)
    if (taken) await undoSave({ undo: taken })
  }
  return { offered: readonly(token), undo }
}
