/** Invented answers for the files and forms of the register at the desk. */
import { historyAnswers } from './history'
import type { DuplicateQuery, Form, FormChanges, FormField, FormValue, HouseholdFile, PossibleDuplicate, ResidentFile, SearchQuery, SearchResults } from '@/backend/generated'
import { householdFile, residentFile, rows } from './console.data'
import { buildings, card, doors, matrixOf } from './people'

const at = (id: string) => Number(id.replace(/\D/g, '')) || 0
/** What is in the register under a form, as it was last saved here. */
const values: Record<string, (id: string) => Record<string, FormValue>> = {
  resident: (id) => ({ name: rows[at(id)]!.name, reading: null, gender: 'female', born_on: '1956-03-08', phone: null, phone_2: null, other_names: ['老王'], languages: ['普通话', '淮北话'] }),
  residence: () => ({ relation: 'head', stays: 'main', registered_here: true, since: '2011-05-01' }),
  household: () => ({ tenure: 'owned', home_hours: '晚上六点以后', contact_by: 'phone', rhythm: 'quarter' }),
  dwelling: () => ({ entrance: '1', floor: 9, floor_name: null, door: '903', use: 'owner_occupied' }),
  building: () => ({ name: '供电小区3号楼', number: '3', address: '东街道古城路 12 号', grid: '340603001004003', compound: 'c1', entrances: 3, floors_up: 10, floors_down: 1, lift: true, walk_order: 3, aliases: [] }),
  compound: () => ({ name: '供电小区', address: '东街道古城路 12 号', property_firm: 'u1', owners_committee: null, built_year: 1998, aliases: ['电业小区'] }),
  person: () => ({ name: '徐丽', work_phone: '10099010002' }),
  assignment: () => ({ rights: ['identity'] }),
  unit: () => ({ name: '供电小区物业服务有限公司', short_name: '供电物业', division: '340603002001', parent: null, phone: '10099010021' }),
  category: () => ({ name: '楼道照明', name_en: 'Stair light', unit: null, unit_type: 'property_firm', accept_hours: 4, sign_hours: 8, handle_hours: 16, private: false, sort: 10, standard: null }),
  division: () => ({ name: '第三网格', sort: 3 }),
  need: () => ({ category: 'c-repairs', words: '厨房的水龙头关不紧，想请人来看看。', urgency: 'soon' }),
}
const masked = new Set(['phone', 'phone_2'])
const changed = new Map<string, Record<string, FormValue>>()
let version = 0

function form(record: string): Form {
  const [kind = '', id = ''] = record.split(':')
  const now = { ...values[kind]?.(id), ...changed.get(record) }
  const field = (name: string, value: FormValue): FormField => ({ field: name, value: masked.has(name) ? null : value, shown: masked.has(name) ? '100****1222' : null, masked: masked.has(name), seen: Array.isArray(value) ? value : [`${name}${version}`] })
  return { record, fields: Object.entries(now).map(([name, value]) => field(name, value)) }
}

/** A door of a building, or of the register's list. */
export function door(dwelling: string): HouseholdFile {
  const known = dwelling === 'vacant' ? [...doors.values()].find(({ cell }) => cell.use === 'vacant') : doors.get(dwelling)
  const file = householdFile(known ? 'd6' : dwelling)
  if (!known) return { ...file, needs: needsOf(file) }
  const building = card(known.building)
  const label = `${known.cell.entrance}单元${known.cell.door}`
  const here = { dwelling, building: building.id, building_name: building.name, door_label: label, trail: ['东街道', '供电社区', '第三网格', building.name, label], use: known.cell.use }
  return known.cell.household ? { ...file, ...here, needs: needsOf(file) } : { ...file, ...here, household: null, tenure: null, contact_by: null, residents: [], visits: [], last_visited: null, conflict: false }
}

const needsOf = (file: HouseholdFile) => [
  { id: 'n1', category: 'c-repairs', category_name: '上门维修', category_name_en: 'Repairs', resident_name: file.residents[0]?.name ?? null, words: '厨房的水龙头关不紧，想请人来看看。', urgency: 'soon' as const, state: 'open' as const, answer: null, answered_on: null, mark: 'sent' as const },
]

export function person(id: string): ResidentFile {
  const file = residentFile(id)
  return { ...file, may_enter_identity: true, may_erase: true, identity: id === 'r6' ? { document: 'resident_card', masked: '1**************4X', check_digit_ok: false } : null }
}

function alike({ name }: DuplicateQuery): PossibleDuplicate[] {
  return name.startsWith('王秀') ? [{ resident: 'r0', name: '王秀英', age: 68, masked_phone: '100****1000', door_label: '1单元301', building_name: '1号楼', reason: 'name_in_this_building' }] : []
}

function search({ text, limit }: SearchQuery): SearchResults {
  const none = { people: [], doors: [], buildings: [], issues: [], more: { people: false, doors: false, buildings: false, issues: false } }
  return {
    ...none,
    people: rows.filter(({ name }) => name.includes(text)).slice(0, Math.min(4, limit)).map((row) => ({ ...row, building: 'b1' })),
    doors: rows.filter(({ door_label, building_name }) => `${building_name}${door_label}`.includes(text)).slice(0, Math.min(4, limit)).map((row, n) => ({ ...row, building: 'b1', masked_head: '王*', people: n })),
  }
}

/** Answers of the core; `saved` says which kinds changed and gives what saving answers. */
export function registerAnswers(saved: (...kinds: string[]) => unknown) {
  const save = (...kinds: string[]) => () => saved(...kinds)
  return {
    list_buildings: () => buildings.map(({ id }) => card(id)),
    building_matrix: ({ building }: { building: string }) => matrixOf(buildings.some(({ id }) => id === building) ? building : 'b1'),
    record_form: ({ record }: { record: string }) => form(record),
    save_form: ({ record, changes }: FormChanges) => {
      changed.set(record, { ...changed.get(record), ...Object.fromEntries(changes.map(({ field, value }) => [field, value])) })
      return saved(record.split(':')[0] ?? '')
    },
    list_compounds: () => [{ id: 'c1', name: '供电小区', community: '340603001004', community_name: '供电社区', address: '东街道古城路 12 号', buildings: 3 }, { id: 'c2', name: '新建的河畔小区', community: '340603002001', community_name: '供电社区居民委员会', address: null, buildings: 0 }],
    add_compound: save('compound'),
    possible_duplicates: alike,
    search,
    ...historyAnswers,
    erase_resident: () => ({ records: 6 }),
    reveal: () => ({ value: '10012341222', seconds: 30 }),
    undo_save: save('resident', 'residence', 'household', 'dwelling', 'building'),
    add_resident: save('resident', 'residence', 'household'),
    move_in: save('residence'),
    move_out: save('residence'),
    record_death: save('resident', 'residence'),
    save_identity: save('identity', 'resident'),
    add_household: save('household'),
    move_household: save('household'),
    end_household: save('household', 'residence'),
    add_need: save('need'),
    answer_need: save('need'),
    add_dwelling: save('dwelling'),
    add_building: save('building'),
    /** Somebody else writes into a record meanwhile. */
    overtake: (record: string, field: string, value: FormValue) => {
      version += 1
      changed.set(record, { ...changed.get(record), [field]: value })
      saved(record.split(':')[0] ?? '')
    },
  }
}
