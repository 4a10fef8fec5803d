import type { AppState, RegisterQuery, ResidentCorrection, ResidentFile, VisitQuery, VisitRow } from '@/backend/generated'
import { issueAnswers } from './issues'
import { reviewAnswers } from './review'
import { rows, scopes, visitAt } from './console.data'
import { officeAnswers } from './console.office'
import { door, person, registerAnswers } from './console.register'

export type Case = 'ready' | 'signed_out' | 'wrong' | 'wait' | 'empty' | 'loading' | 'error' | 'offline' | 'too_new'

/** Answers as the console's server would, one case per address. `gallery.visit()` and `gallery.end()` in the
 * browser's own console let a visit arrive or the session run out. */
export class ConsoleServer {
  private signedIn: boolean
  private readonly streams: FakeStream[] = []
  private readonly files = new Map<string, ResidentFile>()
  private readonly visits: VisitRow[]
  private readonly review = reviewAnswers(() => ({ record: 'r1', mark: 'saved_here', outbox: 1 }))
  private readonly issues = issueAnswers((kind) => {
    this.tell(kind)
    return { record: 'x', mark: 'saved_here', outbox: 1, undo: null }
  })

  readonly register = registerAnswers((...kinds) => {
    this.tell(...kinds)
    return { record: 'b1', mark: 'saved_here', outbox: 1, undo: 'u1' }
  })
  private readonly office: Record<string, unknown>
  /** The next save is refused with this. */
  refuse: { code: string; fields?: Record<string, string> } | undefined

  constructor(private readonly which: Case) {
    this.signedIn = !['signed_out', 'wrong', 'wait'].includes(which)
    this.office = officeAnswers((...kinds) => {
      this.tell(...kinds)
      return { record: 'p1', mark: 'saved_here', outbox: 1, undo: 'u1' }
    }, which === 'empty' || which === 'loading')
    const now = Date.now()
    this.visits = Array.from({ length: 60 }, (_, at) => visitAt(at, new Date(now - at * 47 * 60_000).toISOString()))
  }

  readonly fetch = async (path: RequestInfo | URL, request?: RequestInit): Promise<Response> => {
    const input: unknown = JSON.parse(String(request?.body ?? 'null'))
    const name = String(path).replace(/^\/api\/(call\/)?/, '')
    if (name === 'sign-in') return this.signIn()
    if (name === 'sign-out') {
      this.signedIn = false
      return answer(null)
    }
    if (name === 'app_state') return answer(this.state())
    if (!this.signedIn) return failure('session_ended')
    if (this.which === 'error') return failure('database_failed')
    return this.call(name, input)
  }

  stream(): typeof EventSource {
    const { streams, which } = this
    return class extends FakeStream {
      constructor() {
        super(which !== 'offline')
        streams.push(this)
      }
    } as unknown as typeof EventSource
  }

  visit(): void {
    this.visits.unshift(visitAt(this.visits.length, new Date().toISOString()))
    this.tell('visit')
  }

  change(resident: string): void {
    const file = this.file(resident)
    this.files.set(resident, { ...file, fields: file.fields.map((field) => ({ ...field, shown: field.field === 'phone' ? '100****7788' : field.shown, seen: [...field.seen, 'newer'] })) })
    this.tell('resident')
  }

  end(): void {
    this.signedIn = false
    this.tell('resident', 'visit')
  }

  private tell(...kinds: string[]): void {
    for (const stream of this.streams) stream.onmessage?.({ data: JSON.stringify({ type: 'records_changed', kinds }) })
  }

  private signIn(): Response {
    if (this.which === 'wrong') return failure('sign_in_wrong')
    if (this.which === 'wait') return failure('sign_in_wait', { seconds: 95 })
    this.signedIn = true
    return answer(null)
  }

  private state(): AppState {
    const person = {
      id: 'p1',
      name: '赵海燕',
      roles: [{ role: 'supervisor' as const, place: '供电社区居民委员会' }, { role: 'administrator' as const, place: '相山区' }],
    }
    const stage = this.which === 'too_new' ? 'too_new' : this.which === 'loading' ? 'loading' : this.signedIn ? 'ready' : 'sign_in'
    return { shell: 'console', stage, demonstration: true, district: '相山区', person: this.signedIn ? person : null, wait_until: null, app_version: '0.1.0' }
  }

  private call(name: string, input: unknown): Response {
    if (this.refuse && /^(add|move|end|save_(form|identity)|record_death)/.test(name)) return failure(this.refuse.code, this.refuse.fields)
    const bare = this.which === 'empty' || this.which === 'loading'
    switch (name) {
      case 'list_scopes':
        return answer(scopes)
      case 'register': {
        const { scope, text, offset, limit } = input as RegisterQuery
        const grid = gridName(scope)
        const found = bare ? [] : rows.filter((row) => (!grid || row.grid_name === grid) && (!text || row.name.includes(text) || row.door_label.includes(text)))
        return answer({ total: found.length, rows: found.slice(offset, offset + limit) })
      }
      case 'recent_visits':
        return answer(bare ? [] : this.visitsIn(input as VisitQuery))
      case 'resident_file':
        return answer(this.file((input as { resident: string }).resident))
      case 'household_file':
        return answer(door((input as { dwelling: string }).dwelling))
      case 'draft':
      case 'save_draft':
      case 'drop_draft':
        return answer(null)
      case 'correct_resident':
        return this.correct(input as ResidentCorrection)
      default: {
        const known = ({ ...this.issues, ...this.review, ...this.register, ...this.office } as Record<string, unknown>)[name] as ((input: unknown) => unknown) | undefined
        if (known) return answer(bare && name.startsWith('list_') && name !== 'list_staff' ? [] : (known(input) ?? null))
        return failure('input_invalid', { reason: name })
      }
    }
  }

  private visitsIn({ scope, limit }: VisitQuery): VisitRow[] {
    const grid = gridName(scope)
    return this.visits.filter((visit) => !grid || visit.grid_name === grid).slice(0, limit)
  }

  private file(id: string): ResidentFile {
    return this.files.get(id) ?? person(id)
  }

  private correct({ resident, changes }: ResidentCorrection): Response {
    const file = this.file(resident)
    const fields = file.fields.map((field) => {
      const change = changes.find((one) => one.field === field.field)
      if (!change) return field
      const shown = change.value && field.field !== 'name' ? `${change.value.slice(0, 3)}****${change.value.slice(-4)}` : change.value
      return { ...field, shown, seen: ['now'], mark: 'saved_here' as const, others: [] }
    })
    this.files.set(resident, { ...file, fields, mark: 'saved_here', conflict: false })
    this.tell('resident')
    return answer({ record: resident, mark: 'saved_here', outbox: 1, undo: null })
  }
}

class FakeStream {
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  onmessage: ((message: { data: string }) => void) | null = null
  readyState = 0

  constructor(opens: boolean) {
    setTimeout(() => {
      this.readyState = opens ? 1 : 0
      if (opens) this.onopen?.()
      else this.onerror?.()
    }, 50)
  }

  close(): void {
    this.readyState = 2
  }
}

function gridName(scope: string | null): string | undefined {
  return scopes.find(({ id, level }) => id === scope && level === 'grid')?.name
}

function answer(body: unknown): Response {
  return new Response(JSON.stringify(body), { status: 200, headers: { 'content-type': 'application/json' } })
}

function failure(code: string, detail_fields: Record<string, string | number> = {}): Response {
  return new Response(JSON.stringify({ code, detail_fields }), { status: 422, headers: { 'content-type': 'application/problem+json' } })
}
