import { readonly, ref } from 'vue'

const STAYS_MS = 6000

const toast = ref('')
const whisper = ref('')
let timer: ReturnType<typeof setTimeout> | undefined

/** One short line about what just happened. `say` shows it; `announce` only speaks it to screen readers. */
export function useToast() {
  return { toast: readonly(toast), whisper: readonly(whisper), say, announce }
}

function say(words: string): void {
  clearTimeout(timer)
  toast.value = words
  timer = setTimeout(() => (toast.value = ''), STAYS_MS)
}

function announce(words: string): void {
  // The same words twice are no change to a screen reader, so the region is emptied in between.
  whisper.value = ''
  setTimeout(() => (whisper.value = words), 50)
}
