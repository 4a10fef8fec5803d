import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { CommandError } from '@/backend/errors'
import { call } from '@/backend/transport'
import { today } from '@/composables/useDates'
import { forgetDrafts } from '@/features/drafts/draftStore'
import { addWords, i18n, setLanguage } from '@/i18n'
import enConsole from '@/locales/en/console'
import enDesk from '@/locales/en/desk'
import enOffice from '@/locales/en/office'
import zhConsole from '@/locales/zh-CN/console'
import zhDesk from '@/locales/zh-CN/desk'
import zhOffice from '@/locales/zh-CN/office'
import PersonForm from './PersonForm.vue'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {}, onLive: () => () => {}, onSessionEnded: () => () => {} }))
for (const [name, zh, en] of [['console', zhConsole, enConsole], ['desk', zhDesk, enDesk], ['office', zhOffice, enOffice], ['register', zhOffice.lines, enOffice.lines]] as const) addWords(name, { 'zh-CN': zh, en })

const sent: [string, unknown][] = []
let refusal: CommandError | undefined

beforeEach(() => {
  setLanguage('zh-CN')
  forgetDrafts()
  sent.length = 0
  refusal = undefined
  vi.mocked(call).mockImplementation(async (name, input) => {
    if (name === 'my_powers') return { administers: true, roles: ['grid_worker', 'handler', 'auditor'], rights: ['identity'] } as never
    if (name === 'list_scopes') return [{ id: 'g1', name: '第一网格', level: 'grid', parent: 'c1' }, { id: 'c1', name: '供电社区', level: 'community', parent: null }] as never
    if (name === 'list_units') return [] as never
    if (name === 'add_person') {
      sent.push([name, input])
      if (refusal) throw refusal
      return { record: 'p9', mark: 'saved_here', outbox: 2, undo: 'u1' } as never
    }
    return null as never
  })
})

async function open() {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/administration', component: { template: '<p />' } }] })
  await router.push('/administration?do=new_person')
  const page = mount(PersonForm, { props: { person: undefined }, global: { plugins: [i18n, router] }, attachTo: document.body })
  await flushPromises()
  const save = async () => {
    await page.get('form').trigger('submit')
    await flushPromises()
  }
  return { page, router, save }
}

it('offers the roles that may be given, names what is missing, and asks for the place that goes with the role', async () => {
  const { page, save } = await open()
  expect(page.findAll('[data-testid^=role-]').map((one) => one.text())).toEqual(['网格员', '处置人员', '审计员'])
  await save()
  expect(sent).toEqual([])
  expect(page.text()).toContain('请填写账号')
  await page.get('[data-testid=role-grid_worker] input').setValue()
  expect(page.text()).toContain('负责哪个网格')
  expect(page.text()).toContain('看证件号码')
  await page.get('[data-testid=role-handler] input').setValue()
  expect(page.text()).toContain('属于哪个单位')
  expect(page.text()).not.toContain('看证件号码')
})

it('sends the account with what it is for, and says in words why it was refused', async () => {
  const { page, save } = await open()
  await page.get('[data-testid=form-name]').setValue('钱多多')
  await page.get('[data-testid=form-sign_in_name]').setValue('qianduoduo')
  await page.get('[data-testid=role-grid_worker] input').setValue()
  await page.getComponent({ name: 'ElSelect' }).vm.$emit('update:modelValue', 'g1')
  refusal = new CommandError('value_invalid', { field: 'sign_in_name', reason: 'taken' })
  await save()
  expect(page.text()).toContain('这个账号已经有了')
  refusal = undefined
  await page.get('[data-testid=form-sign_in_name]').setValue('qianduoduo2')
  await save()
  expect(sent.at(-1)?.[1]).toMatchObject({ name: '钱多多', sign_in_name: 'qianduoduo2', duty: { role: 'grid_worker', division: 'g1', unit: null, building: null, from: today(), until: null, rights: [] } })
})
