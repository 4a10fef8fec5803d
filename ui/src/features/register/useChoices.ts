import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { listCategories, listCompounds, listScopes, listUnits, type CategoryCard, type CompoundCard, type Scope, type UnitLine } from '@/backend/generated'
import { tabletReach } from '@/features/issues/useIssues'
import type { FieldRule } from './formRules'

export interface Choice {
  value: string
  label: string
  testid?: string
}

/** The choices of the fields whose choices are records: needs' categories, compounds, grids, divisions, units. */
export function useChoices(fields: Ref<readonly FieldRule[]>, reach = tabletReach) {
  const { locale } = useI18n()
  const categories = ref<CategoryCard[]>([])
  const compounds = ref<CompoundCard[]>([])
  const scopes = ref<Scope[]>([])
  const units = ref<UnitLine[]>([])

  // A list that cannot be had leaves the value as it is: it is changed only by choosing.
  const read = <T>(into: Ref<T[]>, ask: () => Promise<T[]>) => void reach.through(ask()).then((found) => (into.value = found)).catch(() => {})
  watch(
    () => fields.value.map(({ from }) => from).filter(Boolean).join(),
    (wanted) => {
      if (wanted.includes('needs')) read(categories, listCategories)
      if (wanted.includes('compounds')) read(compounds, listCompounds)
      if (/grids|divisions/u.test(wanted)) read(scopes, listScopes)
      if (/units|firms|committees/u.test(wanted)) read(units, listUnits)
    },
    { immediate: true },
  )

  const name = (id: string | null) => scopes.value.find((one) => one.id === id)?.name
  const of = (from: FieldRule['from']): Choice[] => {
    if (from === 'needs') return categories.value.filter(({ group }) => group === 'need' || group === 'care').map((one) => ({ value: one.id, label: locale.value === 'en' ? one.name_en : one.name, testid: `need-${one.code}` }))
    if (from === 'compounds') return compounds.value.map((one) => ({ value: one.id, label: `${one.name} · ${one.community_name}` }))
    if (from === 'units' || from === 'firms' || from === 'committees') {
      const type = { units: undefined, firms: 'property_firm', committees: 'owners_committee' }[from]
      return units.value.filter((one) => one.in_use && (!type || one.unit_type === type)).map((one) => ({ value: one.id, label: `${one.name} · ${one.division_name}` }))
    }
    return scopes.value.filter(({ level }) => (level === 'grid') === (from === 'grids')).map((one) => ({ value: one.id, label: [name(one.parent), one.name].filter(Boolean).join(' › ') }))
  }
  return computed((): Record<string, Choice[]> => Object.fromEntries(fields.value.flatMap((rule) => (rule.from ? [[rule.name, of(rule.from)]] : []))))
}
