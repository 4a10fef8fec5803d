import { readonly, ref } from 'vue'
import { commandErrorFrom } from '@/backend/errors'
import { draft as findDraft, dropDraft, saveDraft, type NewDraft } from '@/backend/generated'

const retryMs = 5000
/** Words on their way to the store; `null` where there are none any more. They stay here until the store has them. */
const unsaved = new Map<string, NewDraft | null>()
const writing = new Map<string, Promise<void>>()
const version = ref(0)
let retry: ReturnType<typeof setTimeout> | undefined

/** Counts up whenever a draft came or went, for lists of them. */
export const draftsVersion = readonly(version)

/** What was typed under this key: here if it is still on its way, else from the store. */
export async function read(key: string): Promise<string | undefined> {
  const held = unsaved.get(key)
  return held === undefined ? (await findDraft({ key }))?.body : held?.body
}

/** Takes words, or that there are none any more; `flush` brings them to the store. */
export function hold(key: string, draft: NewDraft | null): void {
  unsaved.set(key, draft)
}

/** Writes what waits under this key, and comes back when nothing does or the store cannot now. */
export async function flush(key: string): Promise<void> {
  // One write after the other: an older one must not arrive last.
  while (writing.has(key)) await writing.get(key)
  const draft = unsaved.get(key)
  if (draft === undefined) return
  const write = (draft === null ? dropDraft({ key }) : saveDraft(draft))
    .then(() => {
      // Something newer may have been typed during the write.
      if (unsaved.get(key) === draft) unsaved.delete(key)
      version.value += 1
    })
    .catch(later)
    .finally(() => writing.delete(key))
  writing.set(key, write)
  await write
}

/** Brings everything typed to the store, before the app locks or somebody signs out. */
export async function flushDrafts(): Promise<void> {
  await Promise.all([...unsaved.keys()].map(flush))
}

/** After a save that carried the key: the core has dropped the draft with it. */
export function dropped(key: string): void {
  unsaved.delete(key)
  version.value += 1
}

/** Another person signs in: nothing of the one before may be found here. */
export function forgetDrafts(): void {
  unsaved.clear()
  version.value += 1
}

/** The store cannot now: it is locked, or full. The words are held here, and tried again. */
function later(failure: unknown): void {
  // Without a session there is nobody to keep them for; signing in again and typing on keeps them.
  if (commandErrorFrom(failure).code === 'session_ended') return
  retry ??= setTimeout(() => {
    retry = undefined
    void flushDrafts()
  }, retryMs)
}
