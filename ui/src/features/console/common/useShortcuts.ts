import { onScopeDispose } from 'vue'

/** Keys that work anywhere on the page. They never fire while somebody types, while an input method composes, while
 * a dialog is open over the page, or together with Ctrl, Alt or Meta, which belong to the browser. */
export function useShortcuts(shortcuts: Record<string, (event: KeyboardEvent) => void>): void {
  function onKey(event: KeyboardEvent): void {
    const act = shortcuts[event.key]
    if (!act || event.defaultPrevented || composing(event) || event.ctrlKey || event.altKey || event.metaKey) return
    if (isTyping(event.target) || dialogOpen()) return
    event.preventDefault()
    act(event)
  }
  document.addEventListener('keydown', onKey)
  onScopeDispose(() => document.removeEventListener('keydown', onKey))
}

/** Some input methods report 229 instead of setting `isComposing`. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

// The kit keeps a closed dialog in the page; one that takes no room is closed.
function dialogOpen(): boolean {
  return [...document.querySelectorAll('[aria-modal="true"]')].some((dialog) => dialog.getClientRects().length > 0)
}
