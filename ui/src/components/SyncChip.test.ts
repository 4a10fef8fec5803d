import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { SyncStatus } from '@/backend/generated'
import { setLanguage } from '@/i18n'
import { plugins } from '../../tests/words'
import SyncChip from './SyncChip.vue'

const status = (change: Partial<SyncStatus>): SyncStatus => ({ state: 'all_sent', waiting: 0, sending: null, needs_attention: 0, not_taken: 0, disagreements: 0, days_behind: 0, sent_at: '2026-11-20T01:12:00Z', received_until: '2026-11-23T01:12:00Z', online: true, enrol_again: false, tried_at: null, last_problem: null, queue: [], photos: { count: 0, kilobytes: 0, sending: false, oldest: null }, ...change })

beforeEach(() => {
  setLanguage('zh-CN')
  vi.useFakeTimers({ now: new Date('2026-11-23T02:00:00Z') })
})
afterEach(() => vi.useRealTimers())

describe('the sync chip', () => {
  it.each([
    [{}, '已全部上传 · 更新至 09:12', 'All sent · received until 09:12'],
    [{ state: 'waiting', waiting: 12 }, '待上传 12 · 离线可用', '12 waiting · works offline'],
    [{ state: 'running', waiting: 12, sending: 5 }, '上传中 5/12', 'Sending 5/12'],
    [{ state: 'needs_attention', needs_attention: 2 }, '需处理 2', '2 need attention'],
    [{ state: 'day_old', days_behind: 1 }, '1 天未同步', 'Not synced for a day'],
    [{ state: 'day_old', days_behind: 2 }, '2 天未同步', 'Not synced for 2 days'],
    // What was sent an hour ago does not make younger what waits since ten days.
    [{ state: 'old', days_behind: 10, sent_at: '2026-11-23T01:00:00Z' }, '10 天未同步', 'Not synced for 10 days'],
  ] as [Partial<SyncStatus>, string, string][])('words %o', async (change, chinese, english) => {
    const page = mount(SyncChip, { props: { status: status(change) }, global: { plugins } })
    expect(page.find('[data-testid=sync-chip]').text()).toBe(chinese)
    setLanguage('en')
    await nextTick()
    expect(page.find('[data-testid=sync-chip]').text()).toBe(english)
  })

  it('speaks at most once a minute, and then the newest', async () => {
    const page = mount(SyncChip, { props: { status: status({}) }, global: { plugins } })
    const spoken = () => page.find('[aria-live=polite]').text()
    await page.setProps({ status: status({ state: 'waiting', waiting: 1 }) })
    await nextTick()
    expect(spoken()).toContain('待上传 1')
    await page.setProps({ status: status({ state: 'waiting', waiting: 2 }) })
    await page.setProps({ status: status({ state: 'waiting', waiting: 3 }) })
    expect(spoken()).toContain('待上传 1')
    vi.advanceTimersByTime(60_000)
    await nextTick()
    expect(spoken()).toContain('待上传 3')
  })
})
