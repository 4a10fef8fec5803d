import { computed } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

/** What may be open beside a list: in the register a resident, a door with who lives behind it, a building or a compound; in
 * the administration a person who works here, a unit, a category or a division. */
export const FILE_KINDS = ['resident', 'dwelling', 'building', 'compound', 'person', 'unit', 'category', 'division'] as const
const ADMINISTERED: readonly string[] = ['person', 'unit', 'category', 'division']
export type FileKind = (typeof FILE_KINDS)[number]

export interface OpenFile {
  kind: FileKind
  id: string
}

/** The page whose list a file belongs to. */
export const pageOf = (kind: FileKind) => (ADMINISTERED.includes(kind) ? '/administration' : '/register')
const text = (query: LocationQuery, name: string) => (typeof query[name] === 'string' ? query[name] : undefined)

/** A query without what is open: for another place, or another page. */
export function withoutFile(query: LocationQuery): LocationQuery {
  const names: string[] = [...FILE_KINDS, 'do', 'of']
  return Object.fromEntries(Object.entries(query).filter(([name]) => !names.includes(name)))
}

/** The file and form that are open. They live in the address, so that Back, a reload, a new sign-in and a draft lead to them. */
export function useOpenFile() {
  const route = useRoute()
  const router = useRouter()
  const file = computed((): OpenFile | undefined => {
    const kind = FILE_KINDS.find((one) => text(route.query, one))
    return kind && { kind, id: text(route.query, kind) ?? '' }
  })
  const action = computed(() => text(route.query, 'do'))
  /** Which of several the form is about, such as one of two homes. */
  const of = computed(() => text(route.query, 'of'))
  const anything = computed(() => file.value !== undefined || action.value !== undefined)

  function go(query: LocationQuery, isNew: boolean) {
    // A file opens where its list is; what is closed is closed where one stands.
    const kind = FILE_KINDS.find((one) => one in query)
    const to = { path: kind ? pageOf(kind) : route.path, query: { ...withoutFile(route.query), ...query } }
    return isNew ? router.push(to) : router.replace(to)
  }

  return {
    file,
    action,
    of,
    anything,
    // Going from one file to the next is one visit: Back leads to the list, not through all of them.
    show: (kind: FileKind, id: string) => go({ [kind]: id }, !anything.value),
    begin: (name: string, about?: string) => go({ ...(file.value ? { [file.value.kind]: file.value.id } : {}), do: name, ...(about ? { of: about } : {}) }, true),
    /** Leaves the form for its file. */
    leave: () => go(file.value ? { [file.value.kind]: file.value.id } : {}, false),
    close: () => go({}, false),
  }
}

/** The address of a file or of a form in it, as a draft keeps it. */
export function pathOf(kind: FileKind, id: string, action?: string, about?: string): string {
  return `${pageOf(kind)}?${new URLSearchParams({ [kind]: id, ...(action ? { do: action } : {}), ...(about ? { of: about } : {}) })}`
}
