/** Invented answers for the administration: who works here, units, categories, divisions. */
import type { CategoryLine, DivisionLine, DutyLine, Powers, StaffFile, StaffPage, StaffQuery, StaffRow, UnitLine } from '@/backend/generated'
import { scopes } from './console.data'

const names = ['王伟', '徐丽', '何勇', '李娜', '阿依古丽·买买提', '马桂英', '欧阳静', '周明', '陈静', '赵海燕']
const day = (n: number) => `2026-0${1 + (n % 9)}-1${n % 9}`

const duty = (n: number, over: Partial<DutyLine> = {}): DutyLine => ({
  assignment: `a${n}`,
  role: (['grid_worker', 'grid_worker', 'handler', 'supervisor', 'volunteer', 'building_lead'] as const)[n % 6]!,
  place: ['第一网格', '第二网格', '供电小区物业服务有限公司', '供电社区居民委员会', '供电社区居民委员会', '供电小区3号楼'][n % 6]!,
  from: day(n),
  until: null,
  state: 'open',
  rights: n % 3 === 0 ? ['identity'] : [],
  stands_in_for: null,
  mark: n === 4 ? 'saved_here' : 'sent',
  may_change: true,
  ...over,
})

const rows: StaffRow[] = Array.from({ length: 64 }, (_, n) => ({
  person: `p${n}`,
  name: names[n % names.length]!,
  sign_in_name: `${['wangwei', 'xuli', 'heyong', 'lina', 'ayiguli', 'maguiying', 'ouyangjing', 'zhouming', 'chenjing', 'zhaohaiyan'][n % 10]}${n > 9 ? n : ''}`,
  work_phone: n % 7 === 5 ? null : `10099${String(10000 + n * 37)}`,
  closed: false,
  duties: n % 9 === 1 ? [duty(n), duty(n + 1, { assignment: `b${n}`, stands_in_for: '王伟', state: 'ahead', from: '2026-12-01' })] : [duty(n)],
  mark: n === 4 ? 'saved_here' : 'sent',
}))
const former: StaffRow[] = [{ ...rows[6]!, person: 'f1', closed: true, duties: [duty(0, { state: 'ended', until: '2026-06-30' })] }]

const units: UnitLine[] = [
  { id: 'u1', unit_type: 'property_firm', name: '供电小区物业服务有限公司', short_name: '供电物业', division: '340603002001', division_name: '供电社区居民委员会', parent_name: null, phone: '10099010021', in_use: true, mark: 'sent' },
  { id: 'u2', unit_type: 'centre', name: '东街道综合执法中心', short_name: '执法中心', division: '340603002', division_name: '东街道', parent_name: '区城市管理局', phone: '10099010022', in_use: true, mark: 'sent' },
  { id: 'u3', unit_type: 'department', name: '区住房和城乡建设局', short_name: '住建局', division: '340603', division_name: '相山区', parent_name: null, phone: null, in_use: true, mark: 'saved_here' },
  { id: 'u4', unit_type: 'owners_committee', name: '幸福里业主委员会', short_name: '幸福里业委会', division: '340603002002', division_name: '幸福社区居民委员会', parent_name: null, phone: null, in_use: false, mark: 'sent' },
]

const categories: CategoryLine[] = (
  [
    ['stair_light', 'issue', '楼道照明', 'Stair light', 'property_firm', false],
    ['lift', 'issue', '电梯', 'Lift', 'property_firm', false],
    ['leak_drain', 'issue', '漏水与下水', 'Leak or drain', 'property_firm', false],
    ['neighbours', 'mediation', '邻里纠纷', 'Neighbours', 'office', true],
    ['repairs', 'need', '上门维修', 'Repairs', 'property_firm', false],
    ['meals', 'care', '助餐', 'Meals', 'service_centre', true],
  ] as const
).map(([code, group, name, name_en, unit_type, hidden], n) => ({ id: `k${n}`, code, group, name, name_en, unit_name: n === 1 ? '供电小区物业服务有限公司' : null, unit_type, accept_hours: 4, sign_hours: 8, handle_hours: 8 + n * 8, private: hidden, in_use: n !== 2, mark: 'sent' as const }))

const divisions: DivisionLine[] = scopes.map((one, n) => ({ id: `v${n}`, code: one.id, name: one.name, level: one.level, parent_name: scopes.find(({ id }) => id === one.parent)?.name ?? null, mark: 'sent' }))

function page({ text, role, former: left, offset, limit }: StaffQuery): StaffPage {
  const found = (left ? former : rows).filter((row) => (!text || row.name.includes(text) || row.sign_in_name.startsWith(text)) && (!role || row.duties.some((one) => one.role === role)))
  return { total: found.length, anybody: true, rows: found.slice(offset, offset + limit) }
}

function file(person: string): StaffFile {
  const row = [...rows, ...former].find((one) => one.person === person) ?? rows[0]!
  return { row, duties: [...row.duties, duty(2, { assignment: 'old', state: 'ended', until: '2025-12-31', from: '2024-03-01' })], may_edit: true, may_close: true, may_appoint: !row.closed }
}

export function officeAnswers(saved: (...kinds: string[]) => unknown, bare: boolean) {
  const save = (...kinds: string[]) => () => saved(...kinds)
  const powers: Powers = { administers: true, roles: ['grid_worker', 'building_lead', 'handler', 'volunteer', 'supervisor', 'administrator', 'auditor'], rights: ['identity', 'register', 'export'] }
  return {
    my_powers: () => powers,
    list_staff: (query: StaffQuery) => (bare ? { total: 0, anybody: false, rows: [] } : page(query)),
    staff_file: ({ person }: { person: string }) => file(person),
    add_person: save('person', 'assignment'),
    add_assignment: save('assignment'),
    end_assignment: save('assignment'),
    set_in_use: save('person', 'unit', 'category'),
    list_units: () => units,
    add_unit: save('unit'),
    all_categories: () => (bare ? [] : categories),
    add_category: save('category'),
    list_divisions: () => divisions,
  }
}
