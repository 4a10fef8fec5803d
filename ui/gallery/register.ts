/** The register's answers for the tablet's gallery: forms, moves, doors and buildings are held in memory. */
import { historyAnswers } from './history'
import { CommandError } from '../src/backend/errors'
import type { DoorHit, DuplicateQuery, Form, FormRef, NeedLine, PersonHit, PossibleDuplicate, Scope, SearchQuery, SearchResults } from '../src/backend/generated'
import { buildings, doors } from './people'

const masked = (phone: string | null) => phone && `${phone.slice(0, 3)}****${phone.slice(-4)}`
const grid = { id: '340603001004003', name: '供电社区第三网格', level: 'grid', parent: '340603001004' } as const

/** Needs of the door that the gallery opens. */
export const needs: NeedLine[] = [
  { id: 'n1', category: 'c-meals', category_name: '助餐', category_name_en: 'Meals', resident_name: '王桂兰', words: '中午想订一份送到家的饭，软一点的。', urgency: 'soon', state: 'open', answer: null, answered_on: null, mark: 'saved_here' },
  { id: 'n2', category: 'c-repairs', category_name: '上门维修', category_name_en: 'Repairs', resident_name: null, words: '厨房水龙头滴水。', urgency: 'normal', state: 'answered', answer: '物业孙师傅已换垫圈。', answered_on: '2026-11-20', mark: 'sent' },
]

function formOf({ record }: FormRef): Form {
  const kind = record.split(':')[0]
  const plain = (values: Record<string, string | number | boolean | string[] | null>) => Object.entries(values).map(([field, value]) => ({ field, value, shown: null, masked: false, seen: ['v1'] }))
  const fields = {
    resident: [...plain({ name: '尉迟建国', reading: null, gender: 'male', born_on: '1956-03-08', other_names: ['老尉'], languages: ['普通话'] }), { field: 'phone', value: null, shown: '100****5678', masked: true, seen: ['v1'] }, { field: 'phone_2', value: null, shown: null, masked: true, seen: [] }],
    residence: plain({ relation: 'head', stays: 'main', registered_here: true, since: '2008-05-01' }),
    household: plain({ tenure: 'owned', home_hours: '工作日 18:30 以后', contact_by: 'phone', rhythm: 'month' }),
    dwelling: plain({ door: '902', entrance: '1', floor: 9, floor_name: null, use: 'owner_occupied' }),
    building: plain({ name: '供电小区3号楼', number: '3', address: '东街道古城路 12 号', entrances: 3, floors_up: 10, floors_down: 1, lift: true, compound: 'c1', walk_order: 1, aliases: ['电业楼'] }),
    need: plain({ category: 'c-meals', words: '中午想订一份送到家的饭，软一点的。', urgency: 'soon' }),
    compound: plain({ name: '供电小区', address: '东街道古城路 12 号', built_year: 1998, aliases: ['电业小区'] }),
  }[kind ?? '']
  if (!fields) throw new CommandError('not_allowed', {})
  return { record, fields }
}

function found({ text, limit }: SearchQuery): SearchResults {
  const all = [...doors.values()]
  const name = (building: string) => buildings.find(({ id }) => id === building)?.name ?? ''
  const label = (building: string, entrance: string, door: string) => `${buildings.find(({ id }) => id === building)?.number}-${entrance}-${door}`
  const people = all.flatMap(({ people, cell, building }) => people.filter((one) => one.age >= 14 && one.name.includes(text)).map((one): PersonHit => ({ resident: one.id, name: one.name, age: one.age, masked_phone: masked(one.phone), dwelling: cell.dwelling, building, door_label: label(building, cell.entrance, cell.door), building_name: name(building), grid_name: grid.name, mark: one.mark, conflict: false })))
  const hits = all.filter(({ cell, building }) => label(building, cell.entrance, cell.door).startsWith(text)).map(({ cell, building }): DoorHit => ({ dwelling: cell.dwelling, building, door_label: label(building, cell.entrance, cell.door), building_name: name(building), grid_name: grid.name, masked_head: cell.masked_head, people: cell.people }))
  const houses = buildings.filter((one) => one.name.includes(text)).map((one) => ({ building: one.id, name: one.name, compound: one.compound, address: one.address, grid_name: one.grid_name }))
  return { people: people.slice(0, limit), doors: hits.slice(0, limit), buildings: houses.slice(0, limit), issues: [], more: { people: people.length > limit, doors: hits.length > limit, buildings: false, issues: false } }
}

function alike({ name }: DuplicateQuery): PossibleDuplicate[] {
  return [...name.trim()].length < 2 ? [] : [{ resident: 'r-b1-1-5-1-0', name, age: 70, masked_phone: '100****0001', door_label: '1单元501', building_name: '供电小区3号楼', reason: 'name_and_birthday' }]
}

/** `done` tells that a kind changed and gives what saving answers; with its undo token the bar shows. */
export function registerAnswers(done: (kind: string, record?: string) => object) {
  const saved = (kind: string, record?: string) => () => ({ ...done(kind, record), undo: 'u1' })
  const scopes: Scope[] = [grid, { ...grid, id: '340603001004004', name: '供电社区第四网格' }]
  return {
    record_form: formOf,
    save_form: saved('resident'),
    search: found,
    list_scopes: () => scopes,
    list_compounds: () => [{ id: 'c1', name: '供电小区', community: '340603001004', community_name: '供电社区', address: '东街道古城路 12 号', buildings: 3 }],
    possible_duplicates: alike,
    add_resident: saved('resident'),
    move_in: saved('residence'),
    move_out: saved('residence'),
    record_death: saved('resident'),
    save_identity: saved('identity'),
    add_household: saved('household'),
    move_household: saved('household'),
    end_household: saved('household'),
    add_need: saved('need'),
    answer_need: saved('need'),
    add_dwelling: saved('dwelling', 'b1-1-9-2'),
    add_building: saved('building', 'b4'),
    reveal: () => ({ value: '100 5678 5678', seconds: 30 }),
    undo_save: () => done('resident'),
    ...historyAnswers,
  }
}
