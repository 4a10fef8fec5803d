import { shallowReadonly, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { historyHere, historyWhole, type RecordHistory } from '@/backend/generated'

/** A record's history: what is known here at once, and all of it as soon as the relay has answered. */
export function useHistory(record: MaybeRefOrGetter<string>) {
  const history = shallowRef<RecordHistory>()
  /** Why the whole of it is not here. What is known here stays on the screen. */
  const missing = shallowRef<CommandError>()
  const loading = shallowRef(false)
  let newest = 0

  async function load() {
    const request = ++newest
    const input = { record: toValue(record) }
    const isCurrent = () => request === newest
    loading.value = true
    missing.value = undefined
    // Neither waits for the other: a slow line must not keep back what is known here.
    const here = historyHere(input).then((known) => {
      if (isCurrent() && !history.value?.whole) history.value = known
    })
    try {
      const whole = await historyWhole(input)
      if (isCurrent()) history.value = whole
    } catch (failure) {
      if (isCurrent()) missing.value = commandErrorFrom(failure)
    }
    await here.catch(() => undefined)
    if (isCurrent()) loading.value = false
  }

  function forget() {
    newest += 1
    history.value = undefined
    missing.value = undefined
    loading.value = false
  }

  watch(() => toValue(record), forget)
  return { history: shallowReadonly(history), missing: shallowReadonly(missing), loading: shallowReadonly(loading), load, forget }
}
