import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { syncNow, syncStatus, type SyncStatus } from '@/backend/generated'
import { onEvent } from '@/backend/transport'

const status = shallowRef<SyncStatus>()
const error = shallowRef<CommandError>()
const asking = shallowRef(false)
let newest = 0
let users = 0
let stop: (() => void) | undefined
let timer: ReturnType<typeof setInterval> | undefined

/** What is sent and what still waits. One copy serves the chip and the sync page. */
export function useSyncStatus() {
  users += 1
  if (users === 1) start()
  onScopeDispose(() => {
    users -= 1
    if (users === 0) halt()
  })
  return { status: shallowReadonly(status), error: shallowReadonly(error), asking: shallowReadonly(asking), reload, startRound }
}

function start() {
  void reload()
  stop = onEvent((event) => {
    if (event.type !== 'stage_changed') void reload()
  })
  // "Not synced for a day" comes true by waiting alone, without any event.
  timer = setInterval(() => void reload(), 60_000)
}

function halt() {
  stop?.()
  clearInterval(timer)
}

async function reload() {
  await take(syncStatus)
}

async function startRound() {
  asking.value = true
  await take(syncNow)
  asking.value = false
}

async function take(ask: () => Promise<SyncStatus>) {
  const request = ++newest
  try {
    const answer = await ask()
    if (request !== newest) return // A slow, older answer must not cover a newer one.
    status.value = answer
    error.value = undefined
  } catch (failure) {
    if (request === newest) error.value = commandErrorFrom(failure)
  }
}
