import type { PlacedCell, PlacedRow } from './matrixLayout'

/** The door a key leads to from `current`, or undefined when the key moves nothing. */
export function doorAfter(rows: readonly PlacedRow[], current: string, key: string, ctrl: boolean): string | undefined {
  const filled = rows.filter(({ cells }) => cells.length > 0)
  const row = filled.findIndex(({ cells }) => cells.some(({ cell }) => cell.dwelling === current))
  if (row < 0) return undefined
  const cells = filled[row].cells
  const at = cells.findIndex(({ cell }) => cell.dwelling === current)
  const id = (placed: PlacedCell | undefined) => placed?.cell.dwelling
  switch (key) {
    case 'ArrowLeft':
      return id(cells[at - 1])
    case 'ArrowRight':
      return id(cells[at + 1])
    case 'ArrowUp':
      return id(nearest(filled[row - 1], cells[at]))
    case 'ArrowDown':
      return id(nearest(filled[row + 1], cells[at]))
    case 'Home':
      return id((ctrl ? filled[0].cells : cells)[0])
    case 'End':
      return id((ctrl ? filled[filled.length - 1].cells : cells).slice(-1)[0])
    default:
      return undefined
  }
}

/** The door straight above or below, or the closest one where that position is blank. */
function nearest(row: PlacedRow | undefined, from: PlacedCell): PlacedCell | undefined {
  const gap = (to: PlacedCell) => Math.max(0, to.start - (from.start + from.span - 1), from.start - (to.start + to.span - 1))
  return row?.cells.reduce((best, one) => (gap(one) < gap(best) ? one : best), row.cells[0])
}
