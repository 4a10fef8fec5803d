import { composing } from './useShortcuts'

/** The keys of a form at the desk: Ctrl+S saves, and Esc closes it without a question, as what was typed is kept. Neither
 * acts while an input method composes, and Esc that closes a list inside the form closes nothing else. */
export function useFormKeys({ save, close }: { save: () => unknown; close: () => unknown }): (event: Event) => void {
  return (event) => {
    if (!(event instanceof KeyboardEvent) || composing(event)) return
    if (event.key === 'Escape' && !event.defaultPrevented) {
      event.stopPropagation()
      close()
    } else if (event.key === 's' && (event.ctrlKey || event.metaKey) && !event.altKey) {
      // The browser would save the page.
      event.preventDefault()
      save()
    }
  }
}
