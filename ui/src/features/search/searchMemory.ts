import { readonly, ref } from 'vue'

const most = 8
const recent = ref<string[]>([])

/** What was typed, so that Back from a result leads to the results again. */
export const typedText = ref('')

/** What led to something lately, newest first. Names of residents: in memory only, and gone when the app locks. */
export const recentSearches = readonly(recent)

export function rememberSearch(text: string) {
  const words = text.trim()
  if (words !== '') recent.value = [words, ...recent.value.filter((one) => one !== words)].slice(0, most)
}

export function forgetSearches() {
  recent.value = []
  typedText.value = ''
}
