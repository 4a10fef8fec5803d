import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { CommandError } from '@/backend/errors'
import { call } from '@/backend/transport'
import { plugins } from '../../../tests/words'
import UnlockPage from './UnlockPage.vue'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))
beforeEach(() => vi.useFakeTimers({ now: new Date('2026-11-23T01:00:00Z') }))
afterEach(() => vi.useRealTimers())

const state = { shell: 'tablet', stage: 'locked', demonstration: false, district: null, person: null, wait_until: null, app_version: '1' }

it('says when the next try is possible, counts down, and then lets it happen', async () => {
  vi.mocked(call).mockImplementation(async (name) => {
    if (name === 'unlock') throw new CommandError('pin_wait', { seconds: 90 })
    return state
  })
  const page = mount(UnlockPage, { global: { plugins } })
  await page.find('[data-testid=pin-input]').setValue('111111')
  await page.find('form').trigger('submit')
  await flushPromises()
  expect(page.find('[data-testid=error-message]').attributes()).toMatchObject({ role: 'alert', 'data-code': 'pin_wait' })
  expect(page.find('[data-testid=error-message]').text()).toContain('09:01')
  expect(page.find('[data-testid=pin-wait-left]').text()).toContain('1 分 30 秒')

  vi.advanceTimersByTime(40_000)
  await page.find('[data-testid=pin-input]').setValue('222222')
  expect(page.find('[data-testid=pin-wait-left]').text()).toContain('50 秒')
  expect(page.find('[data-testid=pin-unlock]').attributes()).toHaveProperty('disabled')

  vi.advanceTimersByTime(51_000)
  await flushPromises()
  expect(page.find('[data-testid=pin-unlock]').attributes()).not.toHaveProperty('disabled')
  expect(page.text()).toContain('现在可以再试了')
})

it('tells how many tries are left after a wrong PIN and empties the field', async () => {
  vi.mocked(call).mockImplementation(async (name) => {
    if (name === 'unlock') throw new CommandError('pin_wrong', { tries_left: 2 })
    return state
  })
  const page = mount(UnlockPage, { global: { plugins } })
  for (const digit of ['1', '2', '3', '4']) await page.find(`[data-testid=pin-key-${digit}]`).trigger('click')
  await page.find('form').trigger('submit')
  await flushPromises()
  expect(vi.mocked(call)).toHaveBeenCalledWith('unlock', { pin: '1234' })
  expect(page.find('[data-code=pin_wrong]').text()).toContain('2 次')
  expect((page.find('[data-testid=pin-input]').element as HTMLInputElement).value).toBe('')
})
