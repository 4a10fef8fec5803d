import { shallowReadonly, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'

/** One answer of the core: what was last read, why reading failed, and a way to read again. */
export function useLoaded<T>(read: () => Promise<T>) {
  const value = shallowRef<T>()
  const error = shallowRef<CommandError>()
  const loading = shallowRef(false)
  let newest = 0

  async function reload() {
    const request = ++newest
    loading.value = true
    try {
      const answer = await read()
      if (request !== newest) return // A slow, older answer must not cover a newer one.
      value.value = answer
      error.value = undefined
    } catch (failure) {
      if (request === newest) error.value = commandErrorFrom(failure)
    } finally {
      if (request === newest) loading.value = false
    }
  }

  /** Forgets what was read: another subject is being shown, and the old one must not stand under its name. */
  function clear() {
    newest += 1
    value.value = undefined
    error.value = undefined
  }

  return { value: shallowReadonly(value), error: shallowReadonly(error), loading: shallowReadonly(loading), reload, clear }
}
