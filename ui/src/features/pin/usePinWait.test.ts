import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { newPinProblem } from './pinRules'
import { usePinWait } from './usePinWait'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('the waiting time after wrong PINs', () => {
  it('counts down to zero and stays there', () => {
    const scope = effectScope()
    const wait = scope.run(usePinWait)!
    wait.waitSeconds(3)
    expect(wait.seconds.value).toBe(3)
    vi.advanceTimersByTime(1000)
    expect(wait.seconds.value).toBe(2)
    vi.advanceTimersByTime(5000)
    expect(wait.seconds.value).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    scope.stop()
  })

  it('can start again after it ran out', () => {
    const scope = effectScope()
    const wait = scope.run(usePinWait)!
    wait.waitSeconds(1)
    vi.advanceTimersByTime(2000)
    wait.waitSeconds(30)
    vi.advanceTimersByTime(10_000)
    expect(wait.seconds.value).toBe(20)
    scope.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is no wait when its time has passed', () => {
    const scope = effectScope()
    const wait = scope.run(usePinWait)!
    wait.waitUntil(Date.now() - 1000)
    expect(wait.seconds.value).toBe(0)
    expect(wait.waited.value).toBe(false)
    scope.stop()
  })
})

describe('a new PIN', () => {
  const rules = { pin_min: 6, pin_digits_only: true }
  it.each([
    ['12345', '12345', 'pin_too_short'],
    ['12345a', '12345a', 'pin_digits_only'],
    ['123456', '123465', 'pin_mismatch'],
    ['123456', '123456', undefined],
  ])('%s and %s gives %s', (pin, again, code) => {
    expect(newPinProblem(pin, again, rules)?.code).toBe(code)
  })
})
