import { computed, readonly, ref, watch } from 'vue'
import { commandErrorFrom } from '@/backend/errors'
import type { PersonCard } from '@/backend/generated'
import { onSessionEnded, signIn as askToSignIn, signOut as askToSignOut } from '@/backend/transport'
import { useAppState } from '@/composables/useAppState'
import { flushDrafts } from '@/features/drafts/draftStore'
import { forgetDesk } from './desk'

// One browser tab holds one session, so it lives here and not in a component: the sign-in page, the shell and
// every page ask the same thing.
const { state, reload } = useAppState()
const ended = ref(false)
let lastPerson: string | undefined

const person = computed(() => (ended.value ? undefined : (state.value?.person as PersonCard | null | undefined)) ?? undefined)
const demonstration = computed(() => state.value?.demonstration ?? false)
/** The console's own first download is still running, so a short list may only be an early one. */
const receiving = computed(() => state.value?.stage === 'loading')
const tooNew = computed(() => state.value?.stage === 'too_new')

watch(
  () => state.value?.person?.id,
  (now, had) => {
    // Losing the person without pressing "sign out" is a session that ran out.
    if (had !== undefined && now === undefined && lastPerson !== undefined) ended.value = true
    if (now === undefined) return
    // What one person typed is never shown to the next one at the same desk.
    if (lastPerson !== undefined && now !== lastPerson) forgetDesk()
    lastPerson = now
  },
  { immediate: true, flush: 'sync' },
)

// When an answer says that the session is over, the sign-in page takes the place of the page that asked; the address
// stays, so signing in again leads back to it.
onSessionEnded(() => (ended.value = true))

/** Who is signed in here, and whether the session ran out under them. */
export function useSession() {
  return { person, ended: readonly(ended), demonstration, receiving, tooNew, signIn, signOut }
}

async function signIn(name: string, password: string): Promise<void> {
  await askToSignIn(name, password)
  await reload()
  ended.value = false
}

async function signOut(): Promise<void> {
  await flushDrafts()
  try {
    await askToSignOut()
  } catch (cause) {
    // A session that is already over is what the person asked for.
    if (commandErrorFrom(cause).code !== 'session_ended') throw cause
  }
  forgetDesk()
  lastPerson = undefined
  ended.value = false
  await reload()
}
