import { nextTick, type Ref } from 'vue'
import type { CommandError } from '@/backend/errors'

/** What every frame of a form is told, whichever shell it stands in. */
export interface FormFrameProps {
  title: string
  subtitle?: string
  /** Whether what it is about has been read, and why it could not be. */
  ready?: boolean
  loadError?: CommandError
  /** Whether it goes on from an earlier time. */
  restored?: boolean
  error?: CommandError
  busy?: boolean
  /** Why it cannot be saved now, in words. */
  barred?: string
  saveWords?: string
  save: () => Promise<boolean>
}

/** Saves once, and where that does not come about leads to the first line that must be mended. */
export function submitOf(props: Readonly<FormFrameProps>, form: Readonly<Ref<HTMLElement | null | undefined>>, saved: () => void) {
  return async () => {
    if (props.busy || props.barred) return
    if (await props.save()) return saved()
    await nextTick()
    const wrong = form.value?.querySelector<HTMLElement>('[aria-invalid="true"]')
    const first = wrong?.matches('input, textarea') ? wrong : wrong?.querySelector<HTMLElement>('input')
    first?.focus()
  }
}
