import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { CommandError } from '@/backend/errors'
import type { NeedLine } from '@/backend/generated'
import { call } from '@/backend/transport'
import { setLanguage } from '@/i18n'
import { plugins } from '../../../tests/words'
import NeedList from './NeedList.vue'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))

const need = (id: string, state: NeedLine['state']) => ({ id, category: 'c1', category_name: '助餐', category_name_en: 'Meals', resident_name: null, words: '想订饭', urgency: 'normal', state, answer: null, answered_on: null, mark: 'sent' }) as NeedLine
const asked = vi.fn()
const through = <T>(answer: Promise<T>) => (asked(), answer)

beforeEach(() => {
  setLanguage('zh-CN')
  asked.mockClear()
})

const open = (editable = true) => mount(NeedList, { props: { needs: [need('n1', 'open'), need('n2', 'answered')], editable, reach: { through, follow: () => {} } }, global: { plugins } })

describe('the needs of a household', () => {
  it('can be changed while nobody has answered them, by whoever may', async () => {
    const page = open()
    const changes = page.findAll('[data-testid=need-change]')
    expect(changes.map((one) => one.text())).toEqual(['修改'])
    await changes[0]!.trigger('click')
    expect(page.emitted('change')).toEqual([['n1']])
    expect(open(false).find('[data-testid=need-change]').exists()).toBe(false)
  })

  it('are answered through the way of their shell, and keep what was typed when the session has ended', async () => {
    vi.mocked(call).mockRejectedValue(new CommandError('session_ended', {}))
    const page = open()
    await page.find('[data-testid=need-answer]').trigger('click')
    await page.find('[data-testid=need-answer-words]').setValue('已联系食堂')
    await page.find('[data-testid=need-answered]').trigger('click')
    await flushPromises()
    expect(asked).toHaveBeenCalledOnce()
    expect((page.find('[data-testid=need-answer-words]').element as HTMLTextAreaElement).value).toBe('已联系食堂')
    expect(page.find('[role=alert]').exists()).toBe(true)
  })
})
