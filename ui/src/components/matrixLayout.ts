import type { BuildingMatrix, MatrixCell, VisitState } from '@/backend/generated'

export type MatrixFilter = VisitState | 'unsent' | 'conflict'

export interface PlacedCell {
  cell: MatrixCell
  /** First column, counted from 0 across all entrances. */
  start: number
  span: number
}
export interface PlacedRow {
  floor: number
  name: string
  cells: PlacedCell[]
}
export interface PlacedEntrance {
  entrance: string
  start: number
  columns: number
}
export interface MatrixLayout {
  entrances: PlacedEntrance[]
  rows: PlacedRow[]
  columns: number
}

/**
 * Gives every door its row and columns. Positions without a door stay blank. A door whose position is taken or
 * outside its entrance moves to the next free column: a slip in the register must not hide a household.
 */
export function layOutMatrix(matrix: BuildingMatrix, only?: string): MatrixLayout {
  const wanted = matrix.entrances.filter(({ entrance }) => only === undefined || entrance === only)
  const base = matrix.cells.some((cell) => cell.column === 0) ? 0 : 1
  const floors = withStrayFloors(matrix)
  const entrances: PlacedEntrance[] = []
  const placed = new Map<number, PlacedCell[]>(floors.map(({ floor }) => [floor, []]))
  let offset = 0

  for (const { entrance, columns } of wanted) {
    let width = columns
    for (const { floor } of floors) {
      let free = 0
      const here = matrix.cells.filter((cell) => cell.entrance === entrance && cell.floor === floor).sort((one, other) => one.column - other.column)
      for (const cell of here) {
        const start = Math.max(free, cell.column - base)
        const span = Math.max(1, cell.span)
        placed.get(floor)?.push({ cell, start: offset + start, span })
        free = start + span
      }
      width = Math.max(width, free)
    }
    entrances.push({ entrance, start: offset, columns: width })
    offset += width
  }

  const rows = floors.map(({ floor, name }) => ({ floor, name, cells: placed.get(floor) ?? [] }))
  // One entrance at a time may lack some floors, such as shops or a mezzanine of another one.
  return { entrances, rows: only === undefined ? rows : rows.filter(({ cells }) => cells.length > 0), columns: offset }
}

function withStrayFloors(matrix: BuildingMatrix) {
  const known = new Set(matrix.floors.map(({ floor }) => floor))
  const stray = [...new Set(matrix.cells.map(({ floor }) => floor))].filter((floor) => !known.has(floor))
  return [...matrix.floors, ...stray.sort((one, other) => other - one).map((floor) => ({ floor, name: String(floor) }))]
}

export function fits(cell: MatrixCell, filter: MatrixFilter | null): boolean {
  if (filter === null) return true
  if (filter === 'unsent') return cell.mark !== 'sent'
  if (filter === 'conflict') return cell.conflict
  return cell.visit_state === filter
}
