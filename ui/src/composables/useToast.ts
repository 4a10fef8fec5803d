import { readonly, ref } from 'vue'
import { useDisplay } from '@/features/settings/useDisplay'

const words = ref('')
let timer: ReturnType<typeof setTimeout> | undefined

/** One short sentence of success at a time; failures are shown where they happened, and stay. */
export function useToast() {
  return { words: readonly(words), say }
}

function say(sentence: string) {
  const { size } = useDisplay()
  clearTimeout(timer)
  words.value = sentence
  // Elder readers get twice the time.
  timer = setTimeout(() => (words.value = ''), size.value === 'elder' || size.value === 'largest' ? 9000 : 4500)
}
