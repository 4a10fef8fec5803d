import { expect, it, vi } from 'vitest'
import { useFormKeys } from './useFormKeys'

function press(init: KeyboardEventInit) {
  const done = { save: vi.fn(), close: vi.fn() }
  const event = new KeyboardEvent('keydown', { cancelable: true, bubbles: true, ...init })
  const stopped = vi.spyOn(event, 'stopPropagation')
  useFormKeys(done)(event)
  return { ...done, event, stopped }
}

it('saves with Ctrl+S, and keeps the browser from saving its page', () => {
  const { save, event } = press({ key: 's', ctrlKey: true })
  expect(save).toHaveBeenCalledOnce()
  expect(event.defaultPrevented).toBe(true)
  expect(press({ key: 's' }).save).not.toHaveBeenCalled()
})

it('closes with Esc, and lets nothing around the form close with it', () => {
  const { close, stopped } = press({ key: 'Escape' })
  expect(close).toHaveBeenCalledOnce()
  expect(stopped).toHaveBeenCalledOnce()
})

it('does nothing while an input method composes', () => {
  const { close, save } = press({ key: 'Escape', isComposing: true })
  expect(close).not.toHaveBeenCalled()
  expect(save).not.toHaveBeenCalled()
})
