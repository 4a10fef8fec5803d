import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { mount, type VueWrapper } from '@vue/test-utils'
import { CommandError } from '@/backend/errors'
import { addWords, i18n, setLanguage } from '@/i18n'
import en from '@/locales/en/console'
import zh from '@/locales/zh-CN/console'
import { signIn } from '../testing/backend'
import SignInPage from './SignInPage.vue'

vi.mock('@/backend/transport', () => import('../testing/backend'))

addWords('console', { 'zh-CN': zh, en })

async function attempt(error: CommandError): Promise<VueWrapper> {
  signIn.mockRejectedValueOnce(error)
  const page = mount(SignInPage, { global: { plugins: [i18n] }, attachTo: document.body })
  await page.get('input[data-testid="sign-in-name"]').setValue('zhao')
  await page.get('input[data-testid="sign-in-password"]').setValue('secret')
  await page.get('form').trigger('submit')
  await vi.advanceTimersByTimeAsync(0)
  return page
}

const error = (page: VueWrapper) => page.get('[data-testid="error-message"]')

beforeEach(() => {
  vi.useFakeTimers()
  setLanguage('zh-CN')
})
afterEach(() => {
  vi.useRealTimers()
})

it('says that name or password is wrong, keeps the name and empties the password', async () => {
  const page = await attempt(new CommandError('sign_in_wrong', {}))
  expect(error(page).attributes('data-code')).toBe('sign_in_wrong')
  expect(error(page).text()).toBe('姓名或密码不对，请再输入一次。')
  expect((page.get('input[data-testid="sign-in-name"]').element as HTMLInputElement).value).toBe('zhao')
  expect((page.get('input[data-testid="sign-in-password"]').element as HTMLInputElement).value).toBe('')
})

it('says the same in English', async () => {
  setLanguage('en')
  const page = await attempt(new CommandError('sign_in_wrong', {}))
  expect(error(page).text()).not.toMatch(/[\u4e00-\u9fff]/)
})

it('counts down the waiting time and then opens the door again', async () => {
  const page = await attempt(new CommandError('sign_in_wait', { seconds: 62 }))
  const button = page.get('[data-testid="sign-in-submit"]')
  expect(error(page).attributes('data-code')).toBe('sign_in_wait')
  expect(page.get('[role="timer"]').text()).toContain('1 分 2 秒')
  expect(button.attributes('disabled')).toBeDefined()
  await vi.advanceTimersByTimeAsync(3000)
  expect(page.get('[role="timer"]').text()).toContain('59 秒')
  await vi.advanceTimersByTimeAsync(60000)
  expect(page.find('[role="timer"]').exists()).toBe(false)
  expect(button.attributes('disabled')).toBeUndefined()
})

it('gives an unknown code a general sentence and the code to read out', async () => {
  const page = await attempt(new CommandError('moon_is_full', {}))
  expect(page.text()).toContain('moon_is_full')
})

it('asks for what is missing instead of sending it', async () => {
  signIn.mockClear()
  const page = mount(SignInPage, { global: { plugins: [i18n] }, attachTo: document.body })
  await page.get('form').trigger('submit')
  expect(signIn).not.toHaveBeenCalled()
  expect(page.get('#sign-in-name-fault').text()).not.toBe('')
})
