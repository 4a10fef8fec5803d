import { describe, expect, it } from 'vitest'
import enErrors from '@/locales/en/errors'
import zhErrors from '@/locales/zh-CN/errors'

const sheets = import.meta.glob<{ default: object }>('../src/locales/*/*.ts', { eager: true })

/** Every message of a tree under its full key. */
function messages(tree: object, path = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]) => (typeof value === 'object' && value !== null ? messages(value, `${path}${key}.`) : [[`${path}${key}`, value] as [string, unknown]]))
}

function words(language: string): [string, unknown][] {
  return Object.entries(sheets)
    .filter(([path]) => path.includes(`/${language}/`))
    .flatMap(([path, { default: tree }]) => messages(tree, `${path.split('/').at(-1)?.replace('.ts', '')}.`))
}

// A plural message names its parameters once for each form.
const parameters = (message: unknown) => [...new Set([...String(message).matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()
const chinese = words('zh-CN')
const english = words('en')

// Every code a call may answer with, and those the page makes itself.
const codes = [
  'enrol_link_malformed', 'enrol_code_unknown', 'enrol_code_used', 'enrol_code_expired', 'relay_unreachable', 'not_the_relay', 'relay_key_mismatch',
  'pin_wrong', 'pin_wait', 'pin_too_short', 'pin_digits_only', 'pin_mismatch', 'database_too_new', 'database_damaged', 'database_failed', 'disk_full',
  'not_found', 'not_allowed', 'nothing_changed', 'conflict_moved_on', 'device_revoked', 'session_ended', 'sign_in_wrong', 'sign_in_wait', 'too_many_requests',
  'input_invalid', 'internal', 'no_answer', 'unknown',
] as const
const reasons = ['empty', 'too_long', 'bad_phone', 'bad_date', 'in_past', 'unknown'] as const

describe('words', () => {
  it('exist under the same keys in both languages', () => {
    expect(english.map(([key]) => key).sort()).toEqual(chinese.map(([key]) => key).sort())
  })

  it('are never empty', () => {
    expect([...chinese, ...english].filter(([, message]) => typeof message !== 'string' || message.trim() === '')).toEqual([])
  })

  it('take the same parameters in both languages', () => {
    const other = new Map(english)
    expect(chinese.filter(([key, message]) => parameters(message).join() !== parameters(other.get(key)).join())).toEqual([])
  })

  it.each(codes)('name the failure %s in both languages', (code) => {
    expect(zhErrors[code]).toBeTruthy()
    expect(enErrors[code]).toBeTruthy()
  })

  it.each(reasons)('name the reason %s of a wrong value in both languages', (reason) => {
    expect(zhErrors.value_reasons[reason]).toBeTruthy()
    expect(enErrors.value_reasons[reason]).toBeTruthy()
  })
})
