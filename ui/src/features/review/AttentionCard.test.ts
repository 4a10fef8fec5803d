import { mount } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import type { AttentionItem } from '@/backend/generated'
import { setLanguage } from '@/i18n'
import { plugins } from '../../../tests/words'
import AttentionCard from './AttentionCard.vue'

vi.mock('@/backend/transport', () => ({ call: vi.fn(), onEvent: () => () => {} }))
beforeEach(() => setLanguage('zh-CN'))

const item = (over: Partial<AttentionItem>) =>
  ({ edit: 'e1', about: { record: 'issue:i1', kind: 'issue', title: null, door_label: null, building: null, dwelling: null }, fate: 'refused', code: 'never_allowed', fields: [], words: null, decided_by: null, by: '王伟', saved_at: '2026-11-23T01:00:00Z', read: false, can_retry: true, is_here: false, ...over }) as AttentionItem
const card = (over: Partial<AttentionItem>, slots = {}) => mount(AttentionCard, { props: { item: item(over), busy: false }, slots, global: { plugins } })

it('offers a report that had to be private as a private one, by one tap and in those words', async () => {
  const page = card({ code: 'must_be_private' })
  expect(page.text()).toContain('编号、文字和照片都不变')
  const again = page.get('[data-testid=attention-retry]')
  expect(again.text()).toBe('改为不公开，重新上报')
  await again.trigger('click')
  expect(page.emitted('retry')).toHaveLength(1)
  expect(card({}).get('[data-testid=attention-retry]').text()).toBe('再试一次')
})

it('opens what it is about by the way of its shell', () => {
  const here = { is_here: true, about: { record: 'resident:r1', kind: 'resident', title: '王秀英', door_label: '3-2-501', building: 'b1', dwelling: 'd1' } }
  expect(card(here).find('[data-testid=attention-open]').exists()).toBe(true)
  const page = card(here, { default: '<a data-testid="own">资料</a>' })
  expect([page.find('[data-testid=own]').exists(), page.find('[data-testid=attention-open]').exists()]).toEqual([true, false])
})
