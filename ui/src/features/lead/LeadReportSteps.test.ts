import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { call } from '@/backend/transport'
import { forgetDrafts } from '@/features/drafts/draftStore'
import { addWords, setLanguage } from '@/i18n'
import en from '@/locales/en/lead'
import zh from '@/locales/zh-CN/lead'
import { plugins } from '../../../tests/words'
import LeadReportSteps from './LeadReportSteps.vue'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))
addWords('lead', { 'zh-CN': zh, en })

const kept = new Map<string, string>()
const reported: unknown[] = []
const lamp = { id: 'c1', code: 'stair_light', group: 'issue', name: '楼道照明', name_en: 'Stair light', picture: null, private: false }

beforeEach(() => {
  setLanguage('zh-CN')
  forgetDrafts()
  kept.clear()
  reported.length = 0
  vi.mocked(call).mockImplementation(async (name, input) => {
    const { key, body } = (input ?? {}) as { key: string; body: string }
    if (name === 'list_categories') return [lamp] as never
    if (name === 'list_buildings') return [{ id: 'b1', name: '供电小区3号楼', grid: 'g1', grid_name: '第三网格' }] as never
    if (name === 'draft') return (kept.has(key) ? { body: kept.get(key) } : null) as never
    if (name === 'save_draft') kept.set(key, body)
    if (name === 'report_issue') return (reported.push(input), { record: 'i1', mark: 'saved_here', outbox: 1, undo: null }) as never
    if (name === 'issue_file') return { card: { number: '261127-7-1' } } as never
    return null as never
  })
})

async function open(step = 'photo') {
  const pages = ['lead-new', 'lead-home', 'lead-reports'].map((name) => ({ path: `/${name}`, name, component: { template: '<p />' } }))
  const router = createRouter({ history: createMemoryHistory(), routes: pages })
  await router.push({ name: 'lead-new', query: { step } })
  const page = mount(LeadReportSteps, { props: { building: 'b1', buildings: 1 }, global: { plugins: [...plugins, router] }, attachTo: document.body })
  await flushPromises()
  const tap = async (id: string) => {
    await page.get(`[data-testid=${id}]`).trigger('click')
    await flushPromises()
  }
  return { page, router, tap }
}

it('asks one question a page, and the report is the one that everybody makes', async () => {
  const { page, tap } = await open()
  expect(page.get('h2').text()).toBe('先拍张照片')
  await tap('report-next')
  await tap('report-category-stair_light')
  expect(page.get('h2').text()).toBe('说一句是什么情况')
  await page.get('[data-testid=report-words]').setValue('三楼的灯不亮')
  await tap('report-next')
  expect(page.text()).toContain('供电小区3号楼')
  await tap('report-save')
  expect(reported).toEqual([expect.objectContaining({ category: 'c1', words: '三楼的灯不亮', building: 'b1', household: null, photos: [] })])
  expect(page.text()).toContain('已记下，有网会自动发出')
  expect(page.text()).toContain('261127-7-1')
})

it('does not go on without a sentence, says so beside the line, and always has a way back', async () => {
  const { page, tap } = await open('words')
  await tap('report-next')
  expect(page.get('h2').text()).toBe('说一句是什么情况')
  expect(page.text()).toContain('请说一句是什么情况')
  await tap('report-back')
  expect(page.get('h2').text()).toBe('是什么问题')
})

it('keeps what was answered when it is left, and leads to what is missing when it is sent', async () => {
  const first = await open('words')
  await first.page.get('[data-testid=report-words]').setValue('三楼的灯不亮')
  first.page.unmount()
  await flushPromises()
  const { page, tap } = await open('check')
  expect(page.text()).toContain('三楼的灯不亮')
  await tap('report-save')
  expect(reported).toEqual([])
  expect(page.get('h2').text()).toBe('是什么问题')
})
