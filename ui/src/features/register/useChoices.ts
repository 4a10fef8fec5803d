import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { listCategories, listCompounds, listScopes, type CategoryCard, type CompoundCard, type Scope } from '@/backend/generated'
import { tabletReach } from '@/features/issues/useIssues'
import type { FieldRule } from './formRules'

export interface Choice {
  value: string
  label: string
  testid?: string
}

/** The choices of the fields whose choices are records: needs' categories, compounds, grids. */
export function useChoices(fields: Ref<readonly FieldRule[]>, reach = tabletReach) {
  const { locale } = useI18n()
  const categories = ref<CategoryCard[]>([])
  const compounds = ref<CompoundCard[]>([])
  const scopes = ref<Scope[]>([])

  // A list that cannot be had leaves the value as it is: it is changed only by choosing.
  const read = <T>(into: Ref<T[]>, ask: () => Promise<T[]>) => void reach.through(ask()).then((found) => (into.value = found)).catch(() => {})
  watch(
    () => fields.value.map(({ from }) => from).filter(Boolean).join(),
    (wanted) => {
      if (wanted.includes('needs')) read(categories, listCategories)
      if (wanted.includes('compounds')) read(compounds, listCompounds)
      if (wanted.includes('grids')) read(scopes, listScopes)
    },
    { immediate: true },
  )

  const name = (id: string | null) => scopes.value.find((one) => one.id === id)?.name
  const of = (from: FieldRule['from']): Choice[] => {
    if (from === 'needs') return categories.value.filter(({ group }) => group === 'need' || group === 'care').map((one) => ({ value: one.id, label: locale.value === 'en' ? one.name_en : one.name, testid: `need-${one.code}` }))
    if (from === 'compounds') return compounds.value.map((one) => ({ value: one.id, label: `${one.name} · ${one.community_name}` }))
    return scopes.value.filter(({ level }) => level === 'grid').map((one) => ({ value: one.id, label: [name(one.parent), one.name].filter(Boolean).join(' › ') }))
  }
  return computed((): Record<string, Choice[]> => Object.fromEntries(fields.value.flatMap((rule) => (rule.from ? [[rule.name, of(rule.from)]] : []))))
}
