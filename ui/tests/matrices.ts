import type { BuildingMatrix, MatrixCell } from '@/backend/generated'

/** A door with everything a test does not care about filled in. */
export function door(entrance: string, floor: number, column: number, change: Partial<MatrixCell> = {}): MatrixCell {
  const number = `${floor}0${column}`
  return { dwelling: `d-${entrance}-${floor}-${column}`, entrance, floor, column, span: 1, door: number, use: 'owner_occupied', household: 'h', masked_head: '王*', people: 3, visit_state: 'unvisited', mark: 'sent', conflict: false, ...change }
}

export function building(cells: MatrixCell[], entrances = [{ entrance: '1', columns: 2 }, { entrance: '2', columns: 2 }]): BuildingMatrix {
  const floors = [...new Set(cells.map(({ floor }) => floor))].sort((one, other) => other - one).map((floor) => ({ floor, name: `${floor}层` }))
  return {
    building: { id: 'b', name: '3号楼', number: '3', compound: null, compound_id: null, address: null, grid: 'g', grid_name: '第三网格', entrances: entrances.length, floors: floors.length, doors: cells.length, visited: 0, revisit: 0, households: cells.length, mark: 'sent' },
    entrances,
    floors,
    cells,
    counts: { doors: cells.length, visited: 0, revisit: 0, nobody: 0, refused: 0, vacant: 0, unvisited: cells.length, unsent: 0 },
  }
}

/** Two entrances with two doors on three floors; 1-202 is missing and 2-301 spans both columns. */
export const irregular = () => building([
  door('1', 3, 1), door('1', 3, 2), door('2', 3, 1, { span: 2 }),
  door('1', 2, 1), door('2', 2, 1), door('2', 2, 2),
  door('1', 1, 1), door('1', 1, 2), door('2', 1, 1), door('2', 1, 2),
])
