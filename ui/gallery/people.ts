import type { Relation, BuildingCard, BuildingMatrix, MatrixCell, SyncMark, VisitOutcome, VisitState } from '../src/backend/generated'

// A fixed sequence: two runs of the gallery must show the same people.
let seed = 20261123
function next(limit: number): number {
  seed = (seed * 1103515245 + 12345) % 2147483648
  return Math.floor((seed / 2147483648) * limit)
}
export const pick = <T>(from: readonly T[]): T => from[next(from.length)]

const surnames = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '单', '仇', '尉迟', '徐', '孙', '胡', '朱', '高', '林', '何'] as const
const given = ['建国', '秀英', '桂兰', '志强', '丽娟', '海燕', '文博', '雨桐', '子轩', '淑珍', '永康', '玉梅', '晓东', '思远', '佳怡', '红霞'] as const
const states: readonly VisitState[] = ['visited', 'visited', 'visited', 'unvisited', 'unvisited', 'revisit', 'nobody', 'refused']
const outcomeOf: Record<VisitState, VisitOutcome | null> = { visited: 'met', revisit: 'appointment', nobody: 'nobody', refused: 'refused', vacant: 'vacant', unvisited: null }

export interface Person {
  id: string
  name: string
  relation: Relation
  age: number
  gender: 'female' | 'male'
  phone: string | null
  otherPhone?: string
  mark: SyncMark
}
export interface Door {
  cell: MatrixCell
  building: string
  people: Person[]
  outcome: VisitOutcome | null
}

export const doors = new Map<string, Door>()
export const buildings: BuildingCard[] = []
const shapes = new Map<string, { entrances: { entrance: string; columns: number }[]; floors: { floor: number; name: string }[] }>()

addBuilding('b1', '供电小区3号楼', '3', 3, 4, 10, true)
addBuilding('b2', '供电小区5号楼', '5', 2, 2, 6, false)
addBuilding('b3', '惠苑新村12号楼', '12', 4, 2, 6, false)
addBuilding('b4', '古城路 88 号院', '88', 1, 4, 3, false)

function addBuilding(id: string, name: string, number: string, entrances: number, columns: number, floors: number, shops: boolean) {
  const names = Array.from({ length: entrances }, (_, index) => ({ entrance: String(index + 1), columns }))
  const levels = Array.from({ length: floors }, (_, index) => ({ floor: floors - index, name: `${floors - index}层` }))
  if (shops) levels.push({ floor: -1, name: '地下' })
  for (const { floor } of levels) for (const { entrance } of names) for (let column = 1; column <= columns; column += 1) addDoor(id, entrance, floor, column, floors)
  shapes.set(id, { entrances: names, floors: levels })
  buildings.push({ id, name, number, compound: name.includes('供电') ? '供电小区' : null, address: '东街道古城路 12 号', compound_id: name.includes('供电') ? 'c1' : null, grid: '340603001004003', grid_name: '供电社区第三网格', entrances, floors, doors: 0, visited: 0, revisit: 0, households: 0, mark: 'sent' })
}

function addDoor(building: string, entrance: string, floor: number, column: number, floors: number) {
  // Basements have two wide storage shops; the top floor has one merged flat; one corner is missing.
  if (floor === -1 && column % 2 === 0) return
  if (floor === floors && entrance === '3' && column > 2) return
  if (floor === floors && entrance === '2' && column === 2) return
  const dwelling = `${building}-${entrance}-${floor}-${column}`
  const shop = floor === -1
  const empty = !shop && next(12) === 0
  const surname = pick(surnames)
  const count = shop || empty ? 0 : 1 + next(5)
  const people = Array.from({ length: count }, (_, index) => addPerson(dwelling, index, surname))
  const visit_state: VisitState = empty ? 'vacant' : shop ? 'unvisited' : pick(states)
  const unsent = next(18) === 0
  const cell: MatrixCell = {
    dwelling,
    entrance,
    floor,
    column,
    span: shop || (floor === floors && entrance === '2' && column === 1) ? 2 : 1,
    door: shop ? `B${column}` : `${floor}0${column}`,
    use: shop ? 'commercial' : empty ? 'vacant' : pick(['owner_occupied', 'owner_occupied', 'owner_occupied', 'let']),
    household: people.length > 0 ? `h-${dwelling}` : null,
    masked_head: people.length > 0 ? `${surname}*` : null,
    people: people.length,
    visit_state,
    mark: unsent ? 'saved_here' : 'sent',
    conflict: dwelling === 'b1-1-9-2',
  }
  doors.set(dwelling, { cell, building, people, outcome: outcomeOf[visit_state] })
}

function addPerson(dwelling: string, index: number, surname: string): Person {
  const disputed = dwelling === 'b1-1-9-2' && index === 0
  return {
    id: `r-${dwelling}-${index}`,
    name: `${index === 1 ? pick(surnames) : surname}${pick(given)}`,
    relation: (['head', 'spouse', 'child', 'child', 'parent'] as const)[index],
    age: [46, 44, 12, 17, 71][index] + next(5),
    gender: index % 2 === 0 ? 'male' : 'female',
    phone: index === 2 ? null : `100${String(10000000 + next(89999999))}`,
    otherPhone: disputed ? '10055550231' : undefined,
    mark: 'sent',
  }
}

export function card(id: string): BuildingCard {
  const cells = cellsOf(id)
  const known = buildings.find((one) => one.id === id) as BuildingCard
  return {
    ...known,
    doors: cells.length,
    visited: cells.filter(({ visit_state }) => visit_state === 'visited').length,
    revisit: cells.filter(({ visit_state }) => visit_state === 'revisit').length,
    households: cells.filter(({ household }) => household).length,
  }
}

export function cellsOf(id: string): MatrixCell[] {
  return [...doors.values()].filter(({ building }) => building === id).map(({ cell }) => cell)
}

export function matrixOf(id: string): BuildingMatrix {
  const cells = cellsOf(id)
  const count = (state: VisitState) => cells.filter(({ visit_state }) => visit_state === state).length
  const shape = shapes.get(id) ?? { entrances: [], floors: [] }
  return {
    building: card(id),
    ...shape,
    cells: cells.map((cell) => ({ ...cell })),
    counts: {
      doors: cells.length,
      visited: count('visited'),
      revisit: count('revisit'),
      nobody: count('nobody'),
      refused: count('refused'),
      vacant: count('vacant'),
      unvisited: count('unvisited'),
      unsent: cells.filter(({ mark }) => mark !== 'sent').length,
    },
  }
}
