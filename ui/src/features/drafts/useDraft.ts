import { onScopeDispose, ref, shallowReadonly, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { dropped, flush, hold, read } from './draftStore'

const pauseMs = 500

export interface DraftOf<T> {
  /** The form as it is with nothing typed. */
  empty: () => T
  /** Whether there is nothing worth keeping; without it, whether it is as `empty` makes it. */
  isEmpty?: (form: T) => boolean
  /** What it is about in words, for the list of what is unfinished. */
  title: () => string
  /** Where in the app it goes on. */
  path: () => string
}

/**
 * A form that outlives leaving it, locking, and a dead battery. What is typed is kept half a second after each change, and
 * at once when the form or the page is left. A save gives the key of `carry()` to the core, which drops the draft in the
 * transaction that saves the record; then it calls `saved()`.
 */
export function useDraft<T extends object>(key: MaybeRefOrGetter<string>, of: DraftOf<T>) {
  const form = ref(of.empty()) as Ref<T>
  const ready = shallowRef(false)
  const restored = shallowRef(false)
  const isEmpty = of.isEmpty ?? ((now: T) => JSON.stringify(now) === JSON.stringify(of.empty()))
  let open = toValue(key)
  let timer: ReturnType<typeof setTimeout> | undefined
  /** The form as it was last read or handed on; only what differs from it has been typed. */
  let known = JSON.stringify(form.value)
  /** Whether there may be a draft under this key, which an emptied form has to take away. */
  let kept = false

  async function begin(next: string) {
    open = next
    kept = false
    ready.value = false
    restored.value = false
    put(of.empty())
    const typedBefore = known
    const body = await read(next).catch(() => undefined)
    if (open !== next) return
    kept ||= body !== undefined
    // What has been typed meanwhile is newer than what was kept.
    if (body !== undefined && known === typedBefore) {
      put({ ...of.empty(), ...parse<T>(body) })
      restored.value = !isEmpty(form.value)
    }
    ready.value = true
  }

  /** Shows a form without taking it for typed. */
  function put(value: T) {
    known = JSON.stringify(value)
    form.value = value
  }

  function keepSoon() {
    const now = JSON.stringify(form.value)
    if (now === known) return
    known = now
    const none = isEmpty(form.value)
    if (none && !kept) return
    kept = !none
    hold(open, none ? null : { key: open, title: of.title(), path: of.path(), body: now })
    clearTimeout(timer)
    timer = setTimeout(keepNow, pauseMs)
  }

  function keepNow(): Promise<void> {
    clearTimeout(timer)
    return flush(open)
  }

  /** Waits until nothing is on its way, and gives the key for the save to carry. */
  async function carry(): Promise<string> {
    await keepNow()
    return open
  }

  /** The record is saved, and the draft went with it. */
  function saved() {
    dropped(open)
    kept = false
    restored.value = false
    put(of.empty())
  }

  /** Throws away what was typed. */
  function startOver() {
    restored.value = false
    form.value = of.empty()
    return keepNow()
  }

  // Both at once: a change belongs to the key it was typed under.
  watch(form, keepSoon, { deep: true, flush: 'sync' })
  watch(
    () => toValue(key),
    (next) => {
      void keepNow()
      void begin(next)
    },
    { flush: 'sync' },
  )
  const hidden = () => void (document.visibilityState === 'hidden' && keepNow())
  document.addEventListener('visibilitychange', hidden)
  window.addEventListener('pagehide', keepNow)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', hidden)
    window.removeEventListener('pagehide', keepNow)
    void keepNow()
  })
  void begin(open)

  return { form, ready: shallowReadonly(ready), restored: shallowReadonly(restored), put, carry, saved, startOver }
}

function parse<T>(body: string): Partial<T> {
  try {
    return JSON.parse(body) as Partial<T>
  } catch {
    // Written by another version of the form: an empty one is better than none.
    return {}
  }
}
