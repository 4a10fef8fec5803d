import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { call } from '@/backend/transport'
import { i18n } from '@/i18n'
import RevealValue from './RevealValue.vue'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

describe('looking at a masked value', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.mocked(call).mockResolvedValue({ value: '10000000001', seconds: 30 })
  })
  afterEach(() => vi.useRealTimers())

  it('takes two taps, the second says what for, and hides the value after half a minute', async () => {
    const page = mount(RevealValue, { props: { record: 'resident:r1', field: 'phone', call: true }, global: { plugins: [i18n] } })
    await page.get('[data-testid="reveal-phone"]').trigger('click')
    expect(call).not.toHaveBeenCalled()
    await page.get('[data-testid="reason-call"]').trigger('click')
    await flushPromises()
    expect(call).toHaveBeenCalledWith('reveal', { record: 'resident:r1', field: 'phone', reason: 'call' })
    expect(page.get('[data-testid="revealed"] a').attributes('href')).toBe('tel:10000000001')
    await vi.advanceTimersByTimeAsync(30_000)
    expect(page.text()).not.toContain('10000000001')
  })

  it('hides the value at once when another record is shown', async () => {
    const page = mount(RevealValue, { props: { record: 'resident:r1', field: 'phone' }, global: { plugins: [i18n] } })
    await page.get('[data-testid="reveal-phone"]').trigger('click')
    await page.get('[data-testid="reason-visit"]').trigger('click')
    await flushPromises()
    await page.setProps({ record: 'resident:r2' })
    expect(page.text()).not.toContain('10000000001')
  })
})
