/**
 * The only place that talks to Rust: by IPC inside the tablet app, by HTTP in the console's page.
 * Everything above it sees `call`, `onEvent` and `CommandError`, and cannot tell the two apart.
 */
import { CommandError, commandErrorFrom } from './errors'
import type { BackendEvent } from './events'

const insideTauri = '__TAURI_INTERNALS__' in window

export async function call<T>(name: string, input: unknown): Promise<T> {
  return insideTauri ? callByIpc<T>(name, input) : callByHttp<T>(`/api/call/${name}`, input)
}

/** Hands every event of the core to `handler` until the returned function is called. */
export function onEvent(handler: (event: BackendEvent) => void): () => void {
  return insideTauri ? listenByIpc(handler) : listenByHttp(handler)
}

/** Console only. The session is an httpOnly cookie, so no script can read it. */
export const signIn = (name: string, password: string) => callByHttp<unknown>('/api/sign-in', { name, password }).then(openStreamAnew)
export const signOut = () => callByHttp<unknown>('/api/sign-out', null).then(openStreamAnew)

/** Console only: tells whether live updates arrive. IPC cannot break, so the tablet needs none of this. */
export function onLive(handler: (live: boolean) => void): () => void {
  if (insideTauri) {
    handler(true)
    return () => {}
  }
  liveHandlers.add(handler)
  handler(stream?.readyState === 1)
  return () => liveHandlers.delete(handler)
}

/** Console only: tells when an answer says that the session is over, whoever asked. */
export function onSessionEnded(handler: () => void): () => void {
  endHandlers.add(handler)
  return () => endHandlers.delete(handler)
}

async function callByIpc<T>(name: string, input: unknown): Promise<T> {
  const { invoke } = await import('@tauri-apps/api/core')
  try {
    return await invoke<T>('call', { name, input })
  } catch (failure) {
    throw commandErrorFrom(failure)
  }
}

function listenByIpc(handler: (event: BackendEvent) => void): () => void {
  let stop: (() => void) | undefined
  let stopped = false
  void import('@tauri-apps/api/event')
    .then(({ listen }) => listen<BackendEvent>('linli', ({ payload }) => handler(payload)))
    .then((unlisten) => {
      stop = unlisten
      // The caller may have gone away while the listener was being set up.
      if (stopped) unlisten()
    })
  return () => {
    stopped = true
    stop?.()
  }
}

async function callByHttp<T>(path: string, input: unknown): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', 'x-linli': '1' },
      body: JSON.stringify(input),
    })
  } catch {
    throw new CommandError('no_answer', {})
  }
  if (!response.ok) {
    const error = commandErrorFrom(await response.json().catch(() => undefined))
    if (error.code === 'session_ended') endHandlers.forEach((handler) => handler())
    throw error
  }
  if (response.status === 204) return undefined as T
  const body = await response.text()
  return (body === '' ? undefined : JSON.parse(body)) as T
}

let stream: EventSource | undefined
const eventHandlers = new Set<(event: BackendEvent) => void>()
const endHandlers = new Set<() => void>()
const liveHandlers = new Set<(live: boolean) => void>()

// One stream for the whole page: browsers allow six connections to one host, and each stream holds one.
function listenByHttp(handler: (event: BackendEvent) => void): () => void {
  eventHandlers.add(handler)
  stream ??= openStream()
  return () => {
    eventHandlers.delete(handler)
    if (eventHandlers.size > 0) return
    stream?.close()
    stream = undefined
  }
}

// A stream belongs to the session it was opened in: a new one must not wait for the old one's retry, and after
// signing out nothing more may arrive.
function openStreamAnew(): void {
  if (!stream) return
  stream.close()
  stream = openStream()
  liveHandlers.forEach((handler) => handler(false))
}

function openStream(): EventSource {
  const source = new EventSource('/api/events')
  const tell = () => liveHandlers.forEach((handler) => handler(source.readyState === 1))
  source.onopen = tell
  source.onerror = () => {
    tell()
    // A refused stream stays closed for good; after signing in again the page wants a new one.
    if (source.readyState === 2 && stream === source) {
      setTimeout(() => {
        if (stream === source) stream = eventHandlers.size > 0 ? openStream() : undefined
      }, 5000)
    }
  }
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data as string) as BackendEvent
    eventHandlers.forEach((handler) => handler(event))
  }
  return source
}
