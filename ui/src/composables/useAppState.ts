import { shallowReadonly, shallowRef } from 'vue'
import { appState, type AppState } from '@/backend/generated'
import { onEvent } from '@/backend/transport'

const state = shallowRef<AppState>()
let listening = false

/** Who uses this device and what the app is ready for. One copy for the whole page. */
export function useAppState() {
  return { state: shallowReadonly(state), reload, take }
}

async function reload(): Promise<AppState> {
  if (!listening) {
    listening = true
    onEvent((event) => {
      if (event.type === 'stage_changed') void reload().catch(() => {})
    })
  }
  return take(await appState())
}

/** Calls that answer with the new state hand it in here, so that the page need not ask again. */
function take(next: AppState): AppState {
  state.value = next
  return next
}
