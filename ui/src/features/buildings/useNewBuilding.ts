import { computed } from 'vue'
import { addBuilding, listScopes } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useLoaded } from '@/composables/useLoaded'
import { useEntryForm } from '@/features/forms/useEntryForm'
import { emptyDraft, problemsOf, rules, type Draft } from '@/features/register/formRules'

/** A new building being described, in one of the grids that are held here. */
export function useNewBuilding() {
  const fields = rules.new_building ?? []
  const { value: scopes, error: gridError, reload } = useLoaded(() => listScopes())
  void reload()
  const grids = computed(() => scopes.value?.filter(({ level }) => level === 'grid'))
  const gridChoices = computed(() => (grids.value ?? []).map(({ id, name }) => ({ value: id, label: name, testid: `grid-${id}` })))
  /** Whoever works in one grid is not asked which. */
  const gridOf = (chosen: string | null) => (gridChoices.value.length === 1 ? (gridChoices.value[0]?.value ?? null) : chosen)
  const entry = useEntryForm('building:new', {
    empty: () => ({ grid: null as string | null, typed: { ...emptyDraft(fields), walk_order: '1' } as Draft }),
    title: () => '',
    path: () => '/buildings/new',
    problems: ({ grid, typed }) => ({ ...(gridOf(grid) ? {} : { grid: 'empty' }), ...problemsOf(fields, typed, today()) }),
    send: ({ grid, typed }, draft) =>
      addBuilding({
        grid: gridOf(grid) ?? '',
        name: typed.name ?? '',
        number: typed.number ?? '',
        address: typed.address?.trim() || null,
        entrances: Number(typed.entrances),
        floors: Number(typed.floors),
        doors_per_floor: Number(typed.doors_per_floor),
        lift: typed.lift ? typed.lift === 'true' : null,
        walk_order: Number(typed.walk_order),
        draft,
      }),
  })
  const lines = computed(() => Object.fromEntries(Object.entries(entry.problems.value).filter(([name]) => name !== 'grid')))
  /** What saving will make, as soon as it can be counted. */
  const preview = computed(() => {
    const [entrances, floors, doors] = ['entrances', 'floors', 'doors_per_floor'].map((name) => Number(entry.form.value.typed[name] || NaN))
    const total = (entrances ?? NaN) * (floors ?? NaN) * (doors ?? NaN)
    return Number.isInteger(total) && total > 0 ? { entrances, floors, doors, total } : undefined
  })

  return { ...entry, grids, gridChoices, gridError, reload, fields, lines, preview }
}
