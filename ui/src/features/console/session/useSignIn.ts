import { computed, onScopeDispose, ref, shallowReadonly, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { useSession } from './useSession'

/** The sign-in form: what is typed, what went wrong, and how long the door stays shut after wrong passwords. */
export function useSignIn() {
  const session = useSession()
  const name = ref('')
  const password = ref('')
  const busy = ref(false)
  const tried = ref(false)
  const error = shallowRef<CommandError>()
  const openAt = shallowRef(0)
  const now = shallowRef(Date.now())
  let clock: ReturnType<typeof setInterval> | undefined

  const secondsLeft = computed(() => Math.max(0, Math.ceil((openAt.value - now.value) / 1000)))
  const missing = computed(() => (name.value.trim() === '' ? 'name' : password.value === '' ? 'password' : undefined))

  async function submit(): Promise<void> {
    tried.value = true
    if (busy.value || missing.value || secondsLeft.value > 0) return
    busy.value = true
    error.value = undefined
    try {
      await session.signIn(name.value.trim(), password.value)
      password.value = ''
    } catch (cause) {
      const refused = commandErrorFrom(cause)
      error.value = refused
      if (refused.code === 'sign_in_wait') startWaiting(Number(refused.detail.seconds))
      // A wrong password is typed anew; a wrong name is usually one letter off, so it stays.
      if (refused.code === 'sign_in_wrong') password.value = ''
    } finally {
      busy.value = false
    }
  }

  function startWaiting(seconds: number): void {
    stopWaiting()
    if (!Number.isFinite(seconds) || seconds <= 0) return
    now.value = Date.now()
    openAt.value = now.value + seconds * 1000
    clock = setInterval(tick, 1000)
  }

  function tick(): void {
    now.value = Date.now()
    if (secondsLeft.value > 0) return
    stopWaiting()
    error.value = undefined
  }

  function stopWaiting(): void {
    clearInterval(clock)
    clock = undefined
  }

  onScopeDispose(stopWaiting)
  return { name, password, busy, error: shallowReadonly(error), secondsLeft, missing, tried: shallowReadonly(tried), submit }
}
