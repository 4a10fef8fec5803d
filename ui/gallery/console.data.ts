/** A small made-up district: names and numbers are invented, phones begin with 100 as in every demonstration. */
import type {
  HouseholdFile,
  RegisterRow,
  ResidentFile,
  Scope,
  SyncMark,
  VisitOutcome,
  VisitRow,
} from '@/backend/generated'

export const scopes: Scope[] = [
  { id: '340603', name: '相山区', level: 'district', parent: null },
  { id: '340603001', name: '相南街道', level: 'street', parent: '340603' },
  { id: '340603001004', name: '春秋社区居民委员会', level: 'community', parent: '340603001' },
  { id: '340603002', name: '东街道', level: 'street', parent: '340603' },
  { id: '340603002001', name: '供电社区居民委员会', level: 'community', parent: '340603002' },
  { id: '340603002002', name: '幸福社区居民委员会', level: 'community', parent: '340603002' },
  ...['一', '二', '三', '四', '五'].map((n, at) => ({
    id: `34060300200100${at + 1}`,
    name: `第${n}网格`,
    level: 'grid' as const,
    parent: '340603002001',
  })),
  { id: '340603400', name: '安徽淮北相山经济开发区管理委员会', level: 'street', parent: '340603' },
]

const names = ['王秀英', '单雄信', '尉迟敬', '阿依古丽·买买提', '𬭚小明', '仇大海', '李建国', '张伟', '欧阳静', '解春燕', '曾国强', '刘洋']
const marks: SyncMark[] = ['sent', 'sent', 'sent', 'saved_here', 'sent', 'needs_attention', 'sent']
const outcomes: VisitOutcome[] = ['met', 'met', 'nobody', 'appointment', 'met', 'refused', 'vacant', 'moved']
const words = [
  '楼道三楼的灯坏了，晚上老人下楼看不清，希望尽快换。',
  null,
  null,
  '约周六上午再来，家里有人。',
  '问起老旧小区改造什么时候轮到这里，答应下周带消息来。',
  null,
  null,
  '邻居说上月已搬去女儿家。',
]

export const rows: RegisterRow[] = Array.from({ length: 168 }, (_, at) => ({
  resident: `r${at}`,
  name: names[at % names.length]!,
  age: at % 9 === 4 ? null : 8 + ((at * 17) % 80),
  masked_phone: at % 6 === 2 ? null : `100****${String(1000 + at * 37).slice(-4)}`,
  dwelling: `d${at}`,
  door_label: `${1 + (at % 3)}单元${3 + (at % 9)}0${1 + (at % 4)}`,
  building_name: `${1 + (at % 12)}号楼`,
  grid_name: `第${'一二三四五'[at % 5]}网格`,
  last_visited: at % 4 === 1 ? null : `2026-11-${String(1 + (at % 22)).padStart(2, '0')}T01:12:00Z`,
  mark: marks[at % marks.length]!,
  conflict: at % 11 === 6,
}))

export function visitAt(at: number, happened: string): VisitRow {
  return {
    id: `v${at}`,
    happened_at: happened,
    outcome: outcomes[at % outcomes.length]!,
    said: words[at % words.length]!,
    by: ['陈静', '赵海燕', '周明'][at % 3]!,
    door_label: rows[at % rows.length]!.door_label,
    building_name: rows[at % rows.length]!.building_name,
    grid_name: rows[at % rows.length]!.grid_name,
    dwelling: `d${at % rows.length}`,
  }
}

export function residentFile(id: string): ResidentFile {
  const row = rows.find(({ resident }) => resident === id) ?? rows[0]!
  const others = row.conflict ? [{ shown: '100****8866', by: '陈静', at: '2026-11-23T01:40:00Z' }] : []
  return {
    id: row.resident,
    name: row.name,
    gender: 'female',
    age: row.age,
    born_on: row.age === null ? null : `${2026 - row.age}-03-08`,
    minor: (row.age ?? 20) < 14,
    languages: ['普通话', '淮北话'],
    fields: [
      { field: 'name', shown: row.name, seen: ['n1'], mark: 'sent', others: [] },
      { field: 'phone', shown: row.masked_phone, seen: ['p1', 'p2'], mark: row.mark, others },
      { field: 'phone_2', shown: null, seen: [], mark: 'sent', others: [] },
    ],
    homes: [{ residence: 's1', household: 'h1', building: 'b1', building_name: '', stays: 'main', registered_here: null, since: null, until: null, dwelling: row.dwelling, door_label: row.door_label, relation: 'head' }],
    other_names: [],
    reading: null,
    died_on: null,
    identity: null,
    may_enter_identity: false,
    may_erase: false,
    former_homes: [],
    edited_by: '赵海燕',
    edited_at: '2026-11-22T08:03:00Z',
    mark: row.mark,
    conflict: row.conflict,
  }
}

export function householdFile(dwelling: string): HouseholdFile {
  const at = Number(dwelling.slice(1)) || 0
  const row = rows[at]!
  return {
    dwelling,
    door_label: row.door_label,
    building: 'b1',
    building_name: row.building_name,
    trail: ['东街道', '供电社区', row.grid_name, row.building_name, row.door_label],
    use: 'owner_occupied',
    household: `h${at}`,
    tenure: 'owned',
    home_hours: null,
    contact_by: 'phone',
    rhythm: null,
    // One door of the register is let room by room.
    others: dwelling === 'd9' ? [{ household: 'h9b', tenure: 'short_let', residents: [{ id: 'r40', name: '张伟', residence: 's40', relation: 'head', stays: 'main', age: 27, minor: false, masked_phone: null, mark: 'sent', conflict: false }] }, { household: 'h9c', tenure: null, residents: [] }] : [],
    needs: [],
    last_visited: row.last_visited,
    residents: [
      { id: row.resident, name: row.name, residence: 's1', relation: 'head', stays: 'main', age: row.age, minor: false, masked_phone: row.masked_phone, mark: 'sent', conflict: false },
      { id: `r${at + 1}`, name: rows[at + 1]?.name ?? '王小红', residence: 's2', relation: 'spouse', stays: 'main', age: 66, minor: false, masked_phone: '100****2201', mark: 'saved_here', conflict: false },
      { id: `r${at + 2}`, name: rows[at + 2]?.name ?? '王磊', residence: 's3', relation: 'child', stays: 'away', age: 38, minor: false, masked_phone: null, mark: 'sent', conflict: false },
    ],
    visits: Array.from({ length: 7 }, (_, n) => ({
      id: `hv${n}`,
      mine: false,
      met_ids: [],
      happened_at: `2026-1${n > 3 ? 0 : 1}-${String(22 - n).padStart(2, '0')}T01:12:00Z`,
      outcome: outcomes[n % outcomes.length]!,
      said: words[n % words.length]!,
      met: n % 3 === 0 ? [row.name] : [],
      by: '陈静',
      revisit_on: null,
      photos: [],
      mark: 'sent',
    })),
    next_dwelling: null,
    mark: 'sent',
    conflict: row.conflict,
  }
}
