import { computed, ref, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { unlock } from '@/backend/generated'
import { useAppState } from '@/composables/useAppState'
import { usePinWait } from './usePinWait'

/** The PIN being typed, and the waiting time after wrong ones. */
export function useUnlock() {
  const { state, reload, take } = useAppState()
  const pin = ref('')
  const error = shallowRef<CommandError>()
  const busy = ref(false)
  const wait = usePinWait()
  const possible = computed(() => pin.value !== '' && !busy.value && wait.seconds.value === 0)
  followWait()

  async function open() {
    if (!possible.value) return
    busy.value = true
    error.value = undefined
    try {
      take(await unlock({ pin: pin.value }))
    } catch (failure) {
      await refused(commandErrorFrom(failure))
    } finally {
      pin.value = ''
      busy.value = false
    }
  }

  async function refused(failure: CommandError) {
    if (failure.code === 'pin_wait') wait.waitSeconds(Number(failure.detail.seconds))
    else error.value = failure
    // The wrong try may have been the one that starts a wait; the state knows since when.
    if (failure.code === 'pin_wrong') {
      await reload().catch(() => {})
      followWait()
    }
  }

  function followWait() {
    if (state.value?.wait_until) wait.waitUntil(new Date(state.value.wait_until).getTime())
  }

  function press(digit: string) {
    pin.value += digit
    error.value = undefined
  }

  function backspace() {
    pin.value = pin.value.slice(0, -1)
  }

  function clear() {
    pin.value = ''
  }

  return { pin, error, busy, possible, seconds: wait.seconds, until: wait.until, waited: wait.waited, open, press, backspace, clear }
}
