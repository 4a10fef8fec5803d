/** Asks the core which shell this device is, then loads that shell and nothing of the other. */
import '@/styles/tokens.css'
import '@/styles/base.css'
import { createApp, h } from 'vue'
import { commandErrorFrom } from '@/backend/errors'
import StartFailed from '@/components/StartFailed.vue'
import { useAppState } from '@/composables/useAppState'
import { startDisplay } from '@/features/settings/useDisplay'
import { i18n } from '@/i18n'

startDisplay()
void start()

async function start() {
  try {
    const state = await useAppState().reload()
    const { createShell } = state.shell === 'console' ? await import('@/shells/console') : await import('@/shells/field')
    createShell().use(i18n).mount('#app')
  } catch (failure) {
    const error = commandErrorFrom(failure)
    createApp({ render: () => h(StartFailed, { error }) }).use(i18n).mount('#app')
  }
}
