import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { CommandError } from '@/backend/errors'
import { call } from '@/backend/transport'
import { plugins } from '../../../tests/words'
import { forgetDrafts } from '../drafts/draftStore'
import VisitForm from './VisitForm.vue'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

const household = { dwelling: 'd1', household: 'h1', door_label: '1单元301', residents: [{ id: 'r1', name: '王建国', relation: 'head' }], visits: [], trail: [] }
let saving: (input: unknown) => unknown
/** The store's drafts: key and body. */
const kept = new Map<string, string>()

beforeEach(() => {
  forgetDrafts()
  kept.clear()
  saving = () => ({ record: 'v1', mark: 'saved_here', outbox: 1, undo: null })
  vi.mocked(call).mockImplementation(async (name, input) => answer(name, input as { key: string; body: string; draft: string }) as never)
})

function answer(name: string, input: { key: string; body: string; draft: string }): unknown {
  if (name === 'draft') return kept.has(input.key) ? { body: kept.get(input.key) } : null
  if (name === 'save_draft') return void kept.set(input.key, input.body)
  if (name === 'drop_draft') return void kept.delete(input.key)
  if (name !== 'save_visit') return household
  const saved = saving(input)
  kept.delete(input.draft)
  return saved
}

async function show() {
  const empty = { template: '<i />' }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: empty }, { path: '/:building/:dwelling', name: 'household', component: empty }] })
  const page = mount(VisitForm, { props: { building: 'b1', dwelling: 'd1' }, global: { plugins: [...plugins, router] }, attachTo: document.body })
  await flushPromises()
  const choose = async (outcome: string) => page.find(`[data-testid=outcome-${outcome}] input`).setValue(true)
  const save = async () => {
    await page.find('form').trigger('submit')
    await flushPromises()
  }
  const saved = () => vi.mocked(call).mock.calls.filter(([name]) => name === 'save_visit').map(([, input]) => input)
  return { page, router, choose, save, saved }
}

describe('the visit form', () => {
  it('shows nothing but the outcome first', async () => {
    const { page } = await show()
    expect(page.find('[data-testid=visit-said]').exists()).toBe(false)
    expect(page.find('[data-testid=visit-met-r1]').exists()).toBe(false)
  })

  it('does not save before an outcome is chosen', async () => {
    const { page, save, saved } = await show()
    await save()
    expect(saved()).toEqual([])
    expect(page.find('[role=alert]').text()).toContain('请先选走访结果')
  })

  it('saves "nobody in" in two taps', async () => {
    const { choose, save, saved, router } = await show()
    await choose('nobody')
    await save()
    expect(saved()).toEqual([{ dwelling: 'd1', household: 'h1', outcome: 'nobody', met: [], said: null, revisit_on: null, photos: [], draft: 'visit:d1' }])
    expect(router.currentRoute.value.name).toBe('household')
    expect(kept.size).toBe(0)
  })

  it('asks for the day of an appointment', async () => {
    const { page, choose, save, saved } = await show()
    await choose('appointment')
    await save()
    expect(saved()).toEqual([])
    expect(page.text()).toContain('请选约定的日期')
    await page.find('[data-testid=revisit-quick-0]').trigger('click')
    await save()
    expect(saved()).toHaveLength(1)
  })

  it('records who was met and what was said', async () => {
    const { page, choose, save, saved } = await show()
    await choose('met')
    await page.find('[data-testid=visit-met-r1] input').setValue(true)
    await page.find('[data-testid=visit-said]').setValue('灯不亮')
    await save()
    expect(saved()).toMatchObject([{ outcome: 'met', met: ['r1'], said: '灯不亮' }])
  })

  it('keeps everything when saving fails, and says so', async () => {
    saving = () => {
      throw new CommandError('disk_full', {})
    }
    const { page, choose, save } = await show()
    await choose('met')
    await page.find('[data-testid=visit-said]').setValue('灯不亮')
    await save()
    expect(page.find('[data-testid=error-message]').attributes('data-code')).toBe('disk_full')
    page.unmount()
    const again = await show()
    expect((again.page.find('[data-testid=visit-said]').element as HTMLTextAreaElement).value).toBe('灯不亮')
    expect(again.page.find('[data-testid=draft-note]').text()).toContain('接着上次没写完的')
    await again.page.find('[data-testid=draft-start-over]').trigger('click')
    expect(again.page.find('[data-testid=visit-said]').exists()).toBe(false)
    await flushPromises()
    expect(kept.size).toBe(0)
  })
})
