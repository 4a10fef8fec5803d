import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { CommandError } from '@/backend/errors'
import { call } from '@/backend/transport'
import { setLanguage } from '@/i18n'
import { plugins } from '../../../tests/words'
import { forgetSearches } from './searchMemory'
import SearchPage from './SearchPage.vue'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

const place = { dwelling: 'd1', building: 'b1', door_label: '3-2-501', building_name: '和平里3号楼', grid_name: '第三网格' }
const person = (resident: string, name: string) => ({ ...place, resident, name, age: 40, masked_phone: '100****5678', mark: 'sent', conflict: false })
const door = { ...place, masked_head: '王*', people: 3 }
const building = { building: 'b1', name: '和平里3号楼', compound: '和平里', address: null, grid_name: '第三网格' }
const issue = { issue: 'i1', number: '261127-12-3', category: '路灯不亮', category_en: 'Street light', words: '单元门口的灯不亮', place: '3号楼', state: 'dispatched', private: false, mark: 'sent' }
const none = { people: [], doors: [], buildings: [], issues: [], more: { people: false, doors: false, buildings: false, issues: false } }
const all = { ...none, people: [person('r1', '王小明'), person('r2', '王晓梅')], doors: [door], buildings: [building], issues: [issue] }

let answer: (text: string) => unknown
let finished: boolean
let page: Awaited<ReturnType<typeof show>>['page'] | undefined

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  setLanguage('zh-CN')
  forgetSearches()
  answer = () => all
  finished = true
  vi.mocked(call).mockReset()
  vi.mocked(call).mockImplementation(async (name, input) => (name === 'search' ? answer((input as { text: string }).text) : { done: 3, total: 5, finished }) as never)
})
afterEach(() => {
  page?.unmount()
  vi.useRealTimers()
})

async function show() {
  const empty = { template: '<i />' }
  const routes = [
    { path: '/', name: 'search', component: empty },
    { path: '/inbox/:issue', name: 'issue', component: empty },
    { path: '/buildings/:building', name: 'building', component: empty },
    { path: '/buildings/:building/doors/:dwelling', name: 'household', component: empty },
    { path: '/buildings/:building/doors/:dwelling/residents/:resident', name: 'resident', component: empty },
  ]
  const router = createRouter({ history: createMemoryHistory(), routes })
  await router.push('/')
  const mounted = mount(SearchPage, { global: { plugins: [...plugins, router] }, attachTo: document.body })
  page = mounted
  const field = mounted.find('[data-testid=search-input]')
  const rest = async () => {
    vi.advanceTimersByTime(300)
    await flushPromises()
  }
  const type = async (text: string) => {
    await field.setValue(text)
    await rest()
  }
  const press = async (key: string, more = {}) => {
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
    await flushPromises()
  }
  const asked = () => vi.mocked(call).mock.calls.filter(([name]) => name === 'search').map(([, input]) => (input as { text: string }).text)
  const focused = () => (document.activeElement as HTMLElement).dataset.testid
  return { page: mounted, router, field, type, rest, press, asked, focused }
}

describe('the search page', () => {
  it('starts with the field and what may be typed', async () => {
    const { page, asked, focused } = await show()
    expect(focused()).toBe('search-input')
    expect(page.text()).toContain('wxm')
    expect(asked()).toEqual([])
  })

  it('asks once after a burst of keys, and not for spaces', async () => {
    const { field, type, rest, asked } = await show()
    await type('   ')
    await field.setValue('w')
    await field.setValue('wx')
    await field.setValue('wxm ')
    await rest()
    expect(asked()).toEqual(['wxm'])
  })

  it('groups what is found and leads to it', async () => {
    const { page, type } = await show()
    await type('wxm')
    expect(page.findAll('h2').map((one) => one.text())).toEqual(['人 2 条', '户 1 条', '楼 1 条', '问题 1 条'])
    const found = page.find('[data-testid=search-result-issue-i1]')
    expect([found.attributes('href'), found.text()]).toEqual(['/inbox/i1', expect.stringMatching(/路灯不亮.*已派遣.*单元门口的灯不亮.*261127-12-3/su)])
    expect(page.find('[data-testid=search-result-person-r1]').attributes('href')).toBe('/buildings/b1/doors/d1/residents/r1')
    expect(page.find('[data-testid=search-result-door-d1]').attributes('href')).toBe('/buildings/b1/doors/d1')
    expect(page.find('[data-testid=search-result-building-b1]').attributes('href')).toBe('/buildings/b1')
    expect(page.find('[role=status]').text()).toBe('找到 2 人，1 户，1 栋楼，1 个问题')
    expect(page.text()).toContain('100****5678')
    expect(page.text()).toContain('王* 等 3 人')
  })

  it('shows no group without results and says where there is more', async () => {
    answer = () => ({ ...none, people: [person('r1', '王小明')], more: { ...none.more, people: true } })
    const { page, type } = await show()
    await type('w')
    expect(page.findAll('h2').map((one) => one.text())).toEqual(['人 前 1 条'])
    expect(page.text()).toContain('还有更多')
  })

  it('neither asks nor acts while a character is being composed', async () => {
    const { field, type, press, asked, router, focused } = await show()
    await type('王')
    await field.trigger('compositionstart')
    ;(field.element as HTMLInputElement).value = '王xi'
    await field.trigger('input')
    vi.advanceTimersByTime(500)
    await press('Enter', { isComposing: true })
    await press('ArrowDown', { keyCode: 229 })
    expect(asked()).toEqual(['王'])
    expect(focused()).toBe('search-input')
    expect(router.currentRoute.value.name).toBe('search')
    ;(field.element as HTMLInputElement).value = '王小'
    await field.trigger('compositionend')
    vi.advanceTimersByTime(500)
    await flushPromises()
    expect(asked()).toEqual(['王', '王小'])
  })

  it('is walked through by arrows, and Enter goes to the first of several', async () => {
    const { type, press, focused } = await show()
    await type('wxm')
    await press('Enter')
    expect(focused()).toBe('search-result-person-r1')
    for (const wanted of ['search-result-person-r2', 'search-result-door-d1', 'search-result-building-b1', 'search-result-issue-i1', 'search-result-issue-i1']) {
      await press('ArrowDown')
      expect(focused()).toBe(wanted)
    }
    for (let n = 0; n < 5; n += 1) await press('ArrowUp')
    expect(focused()).toBe('search-input')
    await press('Escape')
    expect((document.activeElement as HTMLInputElement).value).toBe('')
  })

  it('opens at Enter what is alone, even before the answer was asked for', async () => {
    answer = (text) => (text === '尉迟恭' ? { ...none, people: [person('r9', '尉迟恭')] } : all)
    const { type, field, press, router } = await show()
    await type('尉')
    await field.setValue('尉迟恭')
    await press('Enter')
    await flushPromises()
    expect(router.currentRoute.value.params.resident).toBe('r9')
  })

  it('never puts a slow, older answer over a newer one', async () => {
    let release = (_: unknown) => {}
    answer = (text) => (text === 'w' ? new Promise((resolve) => (release = resolve)) : { ...none, doors: [door] })
    const { page, type } = await show()
    await type('w')
    await type('3-2-501')
    release(all)
    await flushPromises()
    expect(page.findAll('[data-result]').map((one) => one.attributes('data-testid'))).toEqual(['search-result-door-d1'])
  })

  it('says that nobody was found, and clears at a tap', async () => {
    answer = () => none
    const { page, type } = await show()
    await type('没有')
    expect(page.text()).toContain('没有找到“没有”')
    await page.find('[data-testid=search-no-match] button').trigger('click')
    expect((page.find('[data-testid=search-input]').element as HTMLInputElement).value).toBe('')
  })

  it('does not say so while the register is still coming in', async () => {
    answer = () => none
    finished = false
    const { page, type } = await show()
    await type('王')
    expect(page.text()).toContain('名册下载中 3/5')
    expect(page.text()).not.toContain('没有找到')
  })

  it('gives the reason when it fails, and tries again', async () => {
    answer = () => {
      throw new CommandError('database_failed', {})
    }
    const { page, type } = await show()
    await type('王')
    expect(page.find('[data-testid=error-message]').attributes('data-code')).toBe('database_failed')
    answer = () => all
    await page.find('.again').trigger('click')
    await flushPromises()
    expect(page.findAll('[data-result]')).toHaveLength(5)
  })

  it('offers what led to something again, keeps the text for the way back, and forgets both at the lock', async () => {
    const { page: first, type } = await show()
    await type('wxm')
    await first.find('[data-testid=search-result-person-r1]').trigger('click')
    first.unmount()
    const back = await show()
    await back.rest()
    expect((back.field.element as HTMLInputElement).value).toBe('wxm')
    expect(back.page.findAll('[data-result]')).toHaveLength(5)
    await back.type('')
    expect(back.page.findAll('[data-testid=search-recent]').map((one) => one.text())).toEqual(['wxm'])
    await back.page.find('[data-testid=search-recent]').trigger('click')
    await back.rest()
    expect(back.page.findAll('[data-result]')).toHaveLength(5)
    forgetSearches()
    await flushPromises()
    expect(back.page.findAll('[data-testid=search-recent]')).toHaveLength(0)
  })

  it('speaks English', async () => {
    setLanguage('en')
    const { page, type } = await show()
    await type('wxm')
    expect(page.find('[role=status]').text()).toBe('2 people, 1 doors, 1 buildings and 1 issues found')
  })
})
