import type { SyncStatus } from '@/backend/generated'

/** The key and parameters of the chip's sentence; `moment` writes a time in the chosen language. */
export function syncWords(status: SyncStatus, moment: (iso: string) => string): [key: string, named: Record<string, string | number>] {
  switch (status.state) {
    case 'all_sent':
      return status.received_until ? ['common.sync.all_sent_until', { time: moment(status.received_until) }] : ['common.sync.all_sent', {}]
    case 'waiting':
      return status.photos.count > 0 ? ['common.sync.waiting_both', { n: status.waiting, photos: status.photos.count }] : ['common.sync.waiting', { n: status.waiting }]
    case 'photos_waiting':
      return ['common.sync.photos_waiting', { n: status.photos.count }]
    case 'running':
      return status.sending === null ? ['common.sync.running_plain', {}] : ['common.sync.running', { done: status.sending, total: status.waiting }]
    case 'needs_attention':
      return ['common.sync.needs_attention', { n: status.needs_attention }]
    // The days are those that raised the state; nothing else here is old by as many.
    case 'day_old':
    case 'old':
      return status.days_behind > 1 ? ['common.sync.old', { n: status.days_behind }] : ['common.sync.day_old', {}]
  }
}
