import { readonly, shallowRef, watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'

const title = shallowRef('')

/** The heading of the page that is shown; the top bar writes it and moves focus to it. */
export function pageTitle() {
  return readonly(title)
}

/** Names the page for the top bar and the window. */
export function usePageTitle(words: () => string) {
  const { t } = useI18n()
  watchEffect(() => {
    title.value = words()
    document.title = `${words()} · ${t('common.app_name')}`
  })
}
