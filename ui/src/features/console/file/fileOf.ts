import type { AboutRecord } from '@/backend/generated'
import { FILE_KINDS, type OpenFile } from './useOpenFile'

/** The file in which a record is shown: its own, or that of the door it belongs to. */
export function fileOf(record: string, about?: AboutRecord): OpenFile | undefined {
  const [kind, id] = record.split(':')
  const own = FILE_KINDS.find((one) => one === kind)
  if (own && id) return { kind: own, id }
  if (about?.dwelling) return { kind: 'dwelling', id: about.dwelling }
  return about?.building ? { kind: 'building', id: about.building } : undefined
}
