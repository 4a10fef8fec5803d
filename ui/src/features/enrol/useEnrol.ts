import { ref, shallowRef } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { enrol, parseEnrolLink, type EnrolPreview } from '@/backend/generated'
import { useAppState } from '@/composables/useAppState'
import { newPinProblem } from '@/features/pin/pinRules'

/** Enrolment in two steps: check the link here, then choose a PIN and meet the relay. */
export function useEnrol() {
  const { take } = useAppState()
  const link = ref('')
  const preview = shallowRef<EnrolPreview>()
  const pin = ref('')
  const again = ref('')
  const error = shallowRef<CommandError>()
  const busy = ref(false)

  const next = () =>
    attempt(async () => {
      // Links arrive by chat and come with line breaks and spaces around them.
      preview.value = await parseEnrolLink({ link: link.value.trim() })
    })

  const finish = () =>
    attempt(async () => {
      if (!preview.value) return
      const problem = newPinProblem(pin.value, again.value, preview.value)
      if (problem) throw problem
      take(await enrol({ link: link.value.trim(), pin: pin.value }))
    })

  async function attempt(step: () => Promise<void>) {
    if (busy.value) return
    busy.value = true
    error.value = undefined
    try {
      await step()
    } catch (failure) {
      error.value = commandErrorFrom(failure)
    } finally {
      busy.value = false
    }
  }

  function changeLink() {
    preview.value = undefined
    error.value = undefined
  }

  return { link, preview, pin, again, error, busy, next, finish, changeLink }
}
