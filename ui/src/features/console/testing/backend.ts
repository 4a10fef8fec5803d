import { vi } from 'vitest'
import { CommandError } from '@/backend/errors'
import type { BackendEvent } from '@/backend/events'

/** What `vi.mock('@/backend/transport')` hands out in the console's tests: calls are answered by hand, in any order. */
export interface Asked {
  name: string
  input: unknown
  answer: (value: unknown) => void
  refuse: (error: unknown) => void
}

export const asked: Asked[] = []
const eventHandlers = new Set<(event: BackendEvent) => void>()
const endHandlers = new Set<() => void>()
const liveHandlers = new Set<(live: boolean) => void>()

export const call = vi.fn(
  (name: string, input: unknown) =>
    // Drafts come and go by themselves; a test of something else need not answer for them.
    name.endsWith('draft')
      ? Promise.resolve(null)
      : new Promise((answer, refuse) => {
          asked.push({ name, input, answer, refuse: (error) => (tellOfEnd(error), refuse(error)) })
        }),
)
export const signIn = vi.fn<(name: string, password: string) => Promise<unknown>>()
export const signOut = vi.fn<() => Promise<unknown>>()

export function onEvent(handler: (event: BackendEvent) => void): () => void {
  eventHandlers.add(handler)
  return () => eventHandlers.delete(handler)
}

export function onLive(handler: (live: boolean) => void): () => void {
  liveHandlers.add(handler)
  handler(true)
  return () => liveHandlers.delete(handler)
}

export function onSessionEnded(handler: () => void): () => void {
  endHandlers.add(handler)
  return () => endHandlers.delete(handler)
}

function tellOfEnd(error: unknown): void {
  if (error instanceof CommandError && error.code === 'session_ended') endHandlers.forEach((handler) => handler())
}

export function tell(event: BackendEvent): void {
  eventHandlers.forEach((handler) => handler(event))
}

export function live(now: boolean): void {
  liveHandlers.forEach((handler) => handler(now))
}

/** Lets answers that were given reach the code that waits for them. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}
