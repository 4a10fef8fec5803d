import type { SyncStatus } from '@/backend/generated'

/** Where the sync chip leads: to what needs somebody, else to how far sync has come. */
export const chipLeadsTo = (status: Pick<SyncStatus, 'state'> | null | undefined) => ({ name: status?.state === 'needs_attention' ? 'attention' : 'sync' })
