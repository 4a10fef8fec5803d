import { CommandError } from '@/backend/errors'
import type { EnrolPreview } from '@/backend/generated'

type Rules = Pick<EnrolPreview, 'pin_min' | 'pin_digits_only'>

/** What is wrong with a new PIN, in the codes the core uses as well. */
export function newPinProblem(pin: string, again: string, rules: Rules): CommandError | undefined {
  if (rules.pin_digits_only && !/^[0-9]*$/.test(pin)) return new CommandError('pin_digits_only', {})
  if ([...pin].length < rules.pin_min) return new CommandError('pin_too_short', { min: rules.pin_min })
  if (pin !== again) return new CommandError('pin_mismatch', {})
  return undefined
}
