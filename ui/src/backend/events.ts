/** What the core tells the page without being asked. */
export type BackendEvent =
  | { type: 'records_changed'; kinds: string[] }
  | { type: 'sync_changed' }
  | { type: 'stage_changed' }
