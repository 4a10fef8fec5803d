import type { MatrixCell } from '@/backend/generated'

type Translate = (key: string, named: Record<string, unknown>) => string

/** What a screen reader says for a door, in full: 2单元1203，王某等3人，未访，未同步. */
export function cellName(cell: MatrixCell, t: Translate): string {
  const say = (key: string, named: Record<string, unknown> = {}) => t(`field.matrix.cell.${key}`, named)
  const parts = [say('place', { entrance: entranceName(cell.entrance, t), door: cell.door }).trim(), who(), t(`common.visit_state.${cell.visit_state}`, {})]
  if (cell.conflict) parts.push(say('conflict'))
  if (cell.mark === 'saved_here') parts.push(say('unsent'))
  if (cell.mark === 'needs_attention') parts.push(say('needs_attention'))
  return parts.join(say('join'))

  function who() {
    // A star is read as a sign or not at all; the word stands for the part that is not shown.
    const head = cell.masked_head?.replace(/\*+/g, say('masked'))
    if (!head) return say('empty_home', { use: t(`common.use.${cell.use}`, {}) })
    return cell.people === 1 ? say('one', { head }) : say('family', { head, n: cell.people })
  }
}

/** "2单元"; an entrance that has a name of its own keeps it, a building without entrances shows nothing. */
export function entranceName(entrance: string, t: Translate): string {
  if (entrance === '') return ''
  return /^[0-9A-Za-z一二三四五六七八九十甲乙丙丁]{1,3}$/.test(entrance) ? t('field.matrix.entrance', { n: entrance }) : entrance
}
