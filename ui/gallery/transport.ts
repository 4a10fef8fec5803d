/** Stands in for Rust: invented answers held in memory. `?stage=` and `?sync=` choose what to look at. */
import { CommandError } from '../src/backend/errors'
import type { BackendEvent } from '../src/backend/events'
import type { AppState, HouseholdFile, NewDraft, NewVisit, ResidentCorrection, ResidentFile, Stage, SyncStatus, Today, TodayQuery, VisitLine, VisitState } from '../src/backend/generated'
import { issueAnswers } from './issues'
import { cards } from './photos'
import { needs, registerAnswers } from './register'
import { reviewAnswers } from './review'
import { buildings, card, doors, matrixOf, type Door, type Person } from './people'

const asked = new URLSearchParams(location.search)
const handlers = new Set<(event: BackendEvent) => void>()
const hour = 3_600_000
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
let stage = (asked.get('stage') ?? 'ready') as Stage
let wrong = 0
let loaded = 0
let waiting = Number(asked.get('waiting') ?? 0)
const saved = new Map<string, VisitLine[]>()

const drafts = new Map<string, NewDraft>()
if (asked.has('drafts')) drafts.set('visit:b1-1-9-2', { key: 'visit:b1-1-9-2', title: '3-1-902', path: '/buildings/b1/doors/b1-1-9-2/visit', body: JSON.stringify({ outcome: 'met', met: [], said: '老人说夜里楼道太暗，', revisit_on: '' }) })

const answers: Record<string, (input: never) => unknown> = {
  app_state: state,
  parse_enrol_link: ({ link }: { link: string }) => {
    if (!link.startsWith('linli:enrol')) throw new CommandError('enrol_link_malformed', {})
    return { relay: 'relay.xiangshan.example:8443', demonstration: true, pin_min: 6, pin_digits_only: true }
  },
  enrol: () => enter('loading'),
  unlock: ({ pin }: { pin: string }) => {
    if (pin === '123456') return enter('ready')
    wrong += 1
    if (wrong >= 3) throw new CommandError('pin_wait', { seconds: 95 })
    throw new CommandError('pin_wrong', { tries_left: 3 - wrong })
  },
  lock: () => enter('locked'),
  load_progress: () => {
    if (asked.get('stage') === 'loading' || asked.has('unfinished')) return { done: 1204, total: 3160, finished: false }
    loaded += 400
    if (loaded >= 3160) stage = 'ready'
    return { done: Math.min(loaded, 3160), total: 3160, finished: stage === 'ready' }
  },
  // A building lead has one building.
  list_buildings: () => (asked.has('empty') ? [] : (asked.has('lead') ? buildings.slice(0, 1) : buildings).map(({ id }) => card(id))),
  building_matrix: ({ building }: { building: string }) => {
    if (!buildings.some(({ id }) => id === building)) throw new CommandError('not_found', { kind: 'building' })
    return matrixOf(building)
  },
  household_file: ({ dwelling }: { dwelling: string }) => household(door(dwelling)),
  save_visit: saveVisit,
  resident_file: ({ resident }: { resident: string }) => file(resident),
  correct_resident: correct,
  sync_status: sync,
  sync_now: sync,
  today: ({ ahead_days }: TodayQuery) => todayOf(ahead_days),
  list_drafts: () => [...drafts.values()].map(({ key, title, path }) => ({ key, title, path, saved_at: ago(20 * 60_000) })),
  draft: ({ key }: { key: string }) => (drafts.has(key) ? { body: drafts.get(key)?.body, saved_at: ago(20 * 60_000) } : null),
  save_draft: (draft: NewDraft) => void drafts.set(draft.key, draft),
  drop_draft: ({ key }: { key: string }) => void drafts.delete(key),
  ...issueAnswers(counted),
  ...reviewAnswers(() => counted('resident')),
  ...registerAnswers(counted),
}

export async function call<T>(name: string, input: unknown): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 20))
  const answer = answers[name]
  // A call that is never answered shows what a page looks like until then.
  if (asked.get('hang') === name) await new Promise(() => {})
  if (!answer) throw new CommandError('input_invalid', { reason: name })
  if (asked.get('fail') === name) throw new CommandError('database_failed', {})
  if (asked.get('offline') === name) throw new CommandError('relay_unreachable', { relay: 'relay.xiangshan.example' })
  // A save drops the draft that it came from.
  const { draft } = (input ?? {}) as { draft?: unknown }
  if (typeof draft === 'string') drafts.delete(draft)
  return answer(input as never) as T
}

export function onEvent(handler: (event: BackendEvent) => void): () => void {
  handlers.add(handler)
  return () => handlers.delete(handler)
}

export function onLive(handler: (live: boolean) => void): () => void {
  handler(true)
  return () => {}
}

export const signIn = async () => undefined
export const onSessionEnded = () => () => {}
export const signOut = async () => undefined

function state(): AppState {
  return {
    shell: 'tablet',
    stage,
    demonstration: true,
    district: '相山区',
    person: { id: 'p1', name: '单晓梅', roles: [asked.has('lead') ? { role: 'building_lead', place: '供电小区3号楼' } : { role: 'grid_worker', place: '东街道 供电社区 第三网格' }] },
    wait_until: null,
    app_version: '0.1.0',
  }
}

function enter(next: Stage): AppState {
  stage = next
  return state()
}

function tell(event: BackendEvent) {
  handlers.forEach((handler) => handler(event))
}

function door(dwelling: string): Door {
  const found = doors.get(dwelling)
  if (!found) throw new CommandError('not_found', { kind: 'dwelling' })
  return found
}

const masked = (phone: string | null) => phone && `${phone.slice(0, 3)}****${phone.slice(-4)}`
const label = ({ cell }: Door) => `${cell.entrance}单元${cell.door}`

function household(one: Door): HouseholdFile {
  const { cell, people, building } = one
  const ids = [...doors.values()].filter((other) => other.building === building && other.cell.entrance === cell.entrance).map((other) => other.cell.dwelling)
  const visits = [...(saved.get(cell.dwelling) ?? [])]
  if (one.outcome) visits.push({ id: `v-${cell.dwelling}`, happened_at: ago(30 * hour), outcome: one.outcome, said: one.outcome === 'met' ? '楼道三层的灯不亮，答应这周报修。' : null, met: one.outcome === 'met' ? people.slice(0, 1).map(({ name }) => name) : [], by: '单晓梅', mine: true, met_ids: [], revisit_on: one.outcome === 'appointment' ? '2026-12-01' : null, photos: one.outcome === 'met' ? cards('photo', 'sent', 'p7') : [], mark: cell.mark })
  return {
    dwelling: cell.dwelling,
    door_label: label(one),
    building,
    building_name: card(building).name,
    trail: ['东街道', '供电社区', '第三网格', card(building).name],
    use: cell.use,
    household: cell.household,
    tenure: cell.household ? 'owned' : null,
    home_hours: cell.household ? '工作日 18:30 以后' : null,
    contact_by: cell.household ? 'phone' : null,
    last_visited: visits[0]?.happened_at.slice(0, 10) ?? null,
    residents: people.map((person) => ({ id: person.id, residence: `s-${person.id}`, name: person.name, relation: person.relation, stays: person.relation === 'parent' ? 'seasonal' : 'main', age: person.age, minor: person.age < 14, masked_phone: masked(person.phone), mark: person.mark, conflict: person.otherPhone !== undefined })),
    rhythm: null,
    // Rooms of one flat are let one by one.
    others: cell.dwelling === 'b1-1-7-1' ? [{ household: 'shared', tenure: 'short_let', residents: [{ id: 'x1', name: '张伟', residence: 'xs', relation: 'head', stays: 'main', age: 27, minor: false, masked_phone: null, mark: 'sent', conflict: false }] }] : [],
    needs: cell.dwelling === 'b1-1-9-2' ? needs : [],
    visits,
    next_dwelling: ids[ids.indexOf(cell.dwelling) + 1] ?? null,
    mark: cell.mark,
    conflict: cell.conflict,
  }
}

function saveVisit(visit: NewVisit) {
  const one = door(visit.dwelling)
  const line: VisitLine = { id: `v${Date.now()}`, happened_at: ago(0), outcome: visit.outcome, said: visit.said, met: one.people.filter(({ id }) => visit.met.includes(id)).map(({ name }) => name), by: '单晓梅', mine: true, met_ids: [], revisit_on: visit.revisit_on, photos: cards('photo', 'saved_here', ...visit.photos), mark: 'saved_here' }
  saved.set(visit.dwelling, [line, ...(saved.get(visit.dwelling) ?? [])])
  const states: Record<string, VisitState> = { met: 'visited', nobody: 'nobody', appointment: 'revisit', refused: 'refused', vacant: 'vacant', moved: 'vacant' }
  one.cell.visit_state = states[visit.outcome]
  one.cell.mark = 'saved_here'
  return counted('visit')
}

function person(id: string): { one: Door; found: Person } {
  for (const one of doors.values()) {
    const found = one.people.find((other) => other.id === id)
    if (found) return { one, found }
  }
  throw new CommandError('not_found', { kind: 'resident' })
}

function file(id: string): ResidentFile {
  const { one, found } = person(id)
  const others = found.otherPhone ? [{ shown: masked(found.otherPhone), by: '李志强', at: ago(50 * hour) }] : []
  return {
    id,
    name: found.name,
    gender: found.gender,
    age: found.age,
    born_on: `${2026 - found.age}-03-02`,
    minor: found.age < 14,
    languages: [],
    fields: [
      { field: 'name', shown: found.name, seen: ['n1'], mark: 'sent', others: [] },
      { field: 'phone', shown: masked(found.phone), seen: [`p-${found.phone}`], mark: found.mark, others },
      { field: 'phone_2', shown: null, seen: [], mark: 'sent', others: [] },
    ],
    homes: [{ residence: 's1', household: 'h1', building: 'b1', building_name: card(one.building).name, stays: 'main', registered_here: null, since: null, until: null, dwelling: one.cell.dwelling, door_label: label(one), relation: found.relation }],
    other_names: [],
    reading: null,
    died_on: null,
    identity: asked.has('no_right') ? null : { document: 'resident_card', masked: '1**************4X', check_digit_ok: false },
    may_erase: false,
    may_enter_identity: !asked.has('no_right'),
    former_homes: [{ residence: 's0', household: 'h0', building: 'b2', building_name: '供电小区5号楼', stays: 'main', registered_here: null, since: '1998-04-01', until: '2008-05-01', dwelling: 'b2-1-2-1', door_label: '1单元201', relation: 'head' }],
    edited_by: '单晓梅',
    edited_at: ago(52 * hour),
    mark: found.mark,
    conflict: others.length > 0,
  }
}

function correct({ resident, changes }: ResidentCorrection) {
  const { one, found } = person(resident)
  for (const { field, value } of changes) {
    if (field === 'name') found.name = value ?? found.name
    if (field === 'phone') {
      found.phone = value
      found.otherPhone = undefined
      one.cell.conflict = false
    }
  }
  found.mark = 'saved_here'
  return counted('resident')
}

function counted(kind: string, record = 'x') {
  waiting += 1
  tell({ type: 'records_changed', kinds: [kind] })
  tell({ type: 'sync_changed' })
  return { record, mark: 'saved_here', outbox: waiting, undo: null }
}

function sync(): SyncStatus {
  const chosen = asked.get('sync') as SyncStatus['state'] | null
  const count = chosen && chosen !== 'all_sent' ? Math.max(waiting, 12) : waiting
  return {
    state: chosen ?? (count > 0 ? 'waiting' : 'all_sent'),
    waiting: count,
    sending: chosen === 'running' ? 5 : null,
    needs_attention: chosen === 'needs_attention' ? 3 : 0,
    not_taken: chosen === 'needs_attention' ? 2 : 0,
    disagreements: chosen === 'needs_attention' ? 1 : 0,
    days_behind: chosen === 'old' ? 3 : chosen === 'day_old' ? 1 : 0,
    sent_at: ago(chosen === 'old' ? 80 * hour : 2 * hour),
    received_until: ago(2 * hour),
    online: chosen !== 'waiting',
    enrol_again: asked.has('copied'),
    tried_at: ago(hour / 12),
    last_problem: chosen === 'old' ? { code: 'session_ended', detail: {} } : null,
    photos: { count: chosen === 'photos_waiting' ? 3 : 0, kilobytes: chosen === 'photos_waiting' ? 1180 : 0, sending: false, oldest: null },
    queue: count > 0 ? [{ kind: 'visit', count: Math.max(1, count - 2), kilobytes: 9, oldest: ago(5 * hour) }, ...(count > 2 ? [{ kind: 'resident', count: 2, kilobytes: 1, oldest: ago(3 * hour) }] : [])] : [],
  }
}

const dayIn = (days: number) => new Date(Date.now() + days * 24 * hour).toISOString().slice(0, 10)

function todayOf(ahead: number): Today {
  const plan: [string, 'promised' | 'rhythm' | 'need', number, number][] = [['b1-1-9-2', 'promised', -2, 0], ['b2-1-6-1', 'rhythm', -1, 1], ['b1-1-8-1', 'promised', 0, 0], ['b1-2-5-3', 'need', 0, 1], ['b3-1-4-2', 'rhythm', 0, 0], ['b3-2-2-1', 'promised', 4, 0]]
  const due = asked.has('empty') ? [] : plan.filter(([, , days]) => days <= ahead)
  return {
    day: dayIn(0),
    due: due.map(([dwelling, why, days, open_needs]) => {
      const one = door(dwelling)
      return { dwelling, building: one.building, building_name: card(one.building).name, door_label: `${card(one.building).number}-${one.cell.entrance}-${one.cell.door}`, why, due_on: dayIn(days), overdue: days < 0, open_needs, last_visited: why === 'need' ? null : dayIn(-30) }
    }),
    due_total: due.length,
    visited: asked.has('empty') ? 0 : 4,
  }
}
