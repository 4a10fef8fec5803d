import type { FormValue } from '@/backend/generated'

/** How a field is entered. Choices are words of the schema, worded under `common.<words>`. */
export interface FieldRule {
  name: string
  as: 'text' | 'words' | 'date' | 'tel' | 'number' | 'list' | 'truth' | 'choice' | 'some' | 'pick'
  /** The word for it, where the field's name means something else elsewhere. */
  label?: string
  /** A day that may lie ahead. */
  ahead?: boolean
  /** Numbers below nought exist, which number pads cannot write. */
  signed?: boolean
  required?: boolean
  options?: readonly string[]
  words?: string
  /** Where the choices come from, where they are records rather than words of the schema. */
  from?: 'needs' | 'compounds' | 'grids' | 'divisions' | 'units' | 'firms' | 'committees'
}

/** What a form holds: texts as typed, a choice as its word, nothing as an empty text. */
export type Draft = Record<string, string>

const relations = ['head', 'spouse', 'child', 'parent', 'grandchild', 'relative', 'tenant', 'co_tenant', 'helper', 'other']
const stays = ['main', 'second', 'seasonal', 'away']

const person: FieldRule[] = [
  { name: 'name', as: 'text', required: true },
  { name: 'gender', as: 'choice', options: ['female', 'male'], words: 'common.gender' },
  { name: 'born_on', as: 'date' },
  { name: 'phone', as: 'tel' },
  { name: 'phone_2', as: 'tel' },
  { name: 'other_names', as: 'list' },
  { name: 'reading', as: 'text' },
  { name: 'languages', as: 'list' },
]

const living: FieldRule[] = [
  { name: 'relation', as: 'choice', required: true, options: relations, words: 'common.relation' },
  { name: 'stays', as: 'choice', required: true, options: stays, words: 'common.stays' },
  { name: 'registered_here', as: 'truth' },
  { name: 'since', as: 'date' },
]

/** The fields of each kind in the order in which people ask for them. */
export const rules: Record<string, readonly FieldRule[]> = {
  resident: person,
  residence: living,
  newcomer: [...person.slice(0, 4), ...living, ...person.slice(4)],
  household: [
    { name: 'tenure', as: 'choice', options: ['owned', 'long_let', 'short_let', 'borrowed', 'public'], words: 'common.tenure' },
    { name: 'home_hours', as: 'text' },
    { name: 'contact_by', as: 'choice', options: ['phone', 'message', 'door', 'family'], words: 'common.contact_by' },
    { name: 'rhythm', as: 'choice', options: ['week', 'month', 'quarter', 'half_year', 'on_request'], words: 'register.rhythm' },
  ],
  dwelling: [
    { name: 'door', as: 'text', required: true },
    { name: 'entrance', as: 'text', required: true },
    { name: 'floor', as: 'number', signed: true, required: true },
    { name: 'floor_name', as: 'text' },
    { name: 'use', as: 'choice', required: true, options: ['owner_occupied', 'let', 'commercial', 'vacant', 'other'], words: 'common.use' },
  ],
  need: [
    { name: 'category', as: 'choice', required: true, from: 'needs' },
    { name: 'words', as: 'words', required: true },
    { name: 'urgency', as: 'choice', required: true, options: ['normal', 'soon', 'today'], words: 'register.need.urgency' },
  ],
  compound: [
    { name: 'name', label: 'compound_name', as: 'text', required: true },
    { name: 'address', as: 'text' },
    { name: 'property_firm', as: 'pick', from: 'firms' },
    { name: 'owners_committee', as: 'pick', from: 'committees' },
    { name: 'built_year', as: 'number' },
    { name: 'aliases', as: 'list' },
  ],
  person: [
    { name: 'name', as: 'text', required: true },
    { name: 'work_phone', as: 'tel' },
  ],
  assignment: [{ name: 'rights', as: 'some', options: ['identity', 'register', 'export'], words: 'office.rights' }],
  unit: [
    { name: 'name', label: 'unit_name', as: 'text', required: true },
    { name: 'short_name', as: 'text', required: true },
    { name: 'division', as: 'pick', required: true, from: 'divisions' },
    { name: 'parent', label: 'parent_unit', as: 'pick', from: 'units' },
    { name: 'phone', as: 'tel' },
  ],
  category: [
    { name: 'name', label: 'category_name', as: 'text', required: true },
    { name: 'name_en', as: 'text', required: true },
    { name: 'unit', as: 'pick', from: 'units' },
    { name: 'unit_type', as: 'choice', options: ['office', 'centre', 'department', 'property_firm', 'owners_committee', 'service_centre'], words: 'office.unit_types' },
    { name: 'accept_hours', as: 'number', required: true },
    { name: 'sign_hours', as: 'number', required: true },
    { name: 'handle_hours', as: 'number', required: true },
    { name: 'private', as: 'truth', required: true },
    { name: 'sort', as: 'number', required: true },
    { name: 'standard', as: 'text' },
  ],
  division: [
    { name: 'name', label: 'division_name', as: 'text', required: true },
    { name: 'sort', as: 'number', required: true },
  ],
  building: [
    { name: 'name', label: 'building_name', as: 'text', required: true },
    { name: 'number', as: 'text', required: true },
    { name: 'grid', as: 'pick', required: true, from: 'grids' },
    { name: 'compound', as: 'pick', from: 'compounds' },
    { name: 'address', as: 'text' },
    { name: 'entrances', as: 'number', required: true },
    { name: 'floors_up', as: 'number', required: true },
    { name: 'floors_down', as: 'number', required: true },
    { name: 'lift', as: 'truth' },
    { name: 'walk_order', as: 'number', required: true },
    { name: 'aliases', as: 'list' },
  ],
  new_building: [
    { name: 'name', label: 'building_name', as: 'text', required: true },
    { name: 'number', as: 'text', required: true },
    { name: 'address', as: 'text' },
    { name: 'entrances', as: 'number', required: true },
    { name: 'floors', as: 'number', required: true },
    { name: 'doors_per_floor', as: 'number', required: true },
    { name: 'lift', as: 'truth' },
    { name: 'walk_order', as: 'number', required: true },
  ],
}

export const emptyDraft = (fields: readonly FieldRule[]): Draft => Object.fromEntries(fields.map(({ name }) => [name, '']))

/** A value as a form shows it. Masked values are typed anew, never prefilled. */
export function textOf(value: FormValue): string {
  if (value === null) return ''
  return Array.isArray(value) ? value.join('、') : String(value)
}

export function listOf(text: string): string[] {
  return text
    .split(/[、,，;；\n]/u)
    .map((one) => one.trim())
    .filter(Boolean)
}

export function valueOf(rule: FieldRule, text: string): FormValue {
  const typed = text.trim()
  if (rule.as === 'list' || rule.as === 'some') return listOf(text)
  if (typed === '') return null
  if (rule.as === 'truth') return typed === 'true'
  return rule.as === 'number' ? Number(typed) : typed
}

/** What is wrong with each field, by the reason that `errors.value_reasons` words. The core checks again. */
export function problemsOf(fields: readonly FieldRule[], draft: Draft, today: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { name, as, required, ahead } of fields) {
    const typed = (draft[name] ?? '').trim()
    if (typed === '') {
      if (required) found[name] = 'empty'
    } else if (as === 'date') {
      if (!/^\d{4}-\d{2}-\d{2}$/u.test(typed)) found[name] = 'bad_date'
      else if (typed > today && !ahead) found[name] = 'in_future'
    } else if (as === 'tel') {
      if (!/^\+?[\d\s-]{5,24}$/u.test(typed)) found[name] = 'bad_phone'
    } else if (as === 'number' && !/^-?\d{1,6}$/u.test(typed)) found[name] = 'bad_number'
    else if (as !== 'words' && as !== 'list' && [...typed].length > 200) found[name] = 'too_long'
  }
  return found
}

/** The reasons that the core gave, by field. */
export function problemsIn(detail: Record<string, string | number>): Record<string, string> {
  const all = String(detail.all ?? (detail.field ? `${detail.field}:${detail.reason ?? 'unknown'}` : ''))
  return Object.fromEntries(all.split(',').filter(Boolean).map((one) => one.split(':') as [string, string]))
}
