import { computed, inject, provide, watch, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { listScopes } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useStaysCurrent } from '../common/useStaysCurrent'
import { withoutFile } from '../file/useOpenFile'
import { scopeTrail, scopeTree } from './scopeTree'

/** The place every page looks at. It lives in the address, so it survives a page change, a reload and a new sign-in. */
export function provideScope() {
  const route = useRoute()
  const router = useRouter()
  const { t } = useI18n()
  const { value: scopes, error, reload } = useLoaded(() => listScopes())

  const tree = computed(() => scopeTree(scopes.value ?? []))
  const asked = computed(() => (typeof route.query.scope === 'string' ? route.query.scope : null))
  const trail = computed(() => scopeTrail(scopes.value ?? [], asked.value))
  // Until the list is here, the address is believed: the first question then already has the right place.
  const scope = computed(() => (scopes.value && trail.value.length === 0 ? null : asked.value))
  /** Several roots have no common name; one root is what "everything" means to this account. */
  const top = computed(() => (tree.value.length === 1 ? tree.value[0] : undefined))
  const placeName = computed(() => trail.value[trail.value.length - 1]?.name ?? top.value?.name ?? t('console.scope.all'))

  async function choose(id: string | null): Promise<void> {
    // Another place is another list: an open resident of the old one is closed with it.
    const { scope: _scope, issue: _issue, ...kept } = withoutFile(route.query)
    await router.push({ path: route.path, query: id === null ? kept : { ...kept, scope: id } })
  }

  // A place from an old bookmark that this account may not see must not stay in the address as if it were shown.
  watch([scopes, asked, scope], ([known, inAddress, shown]) => {
    if (!known || inAddress === null || shown !== null) return
    const { scope: _scope, ...kept } = route.query
    void router.replace({ path: route.path, query: kept })
  })

  void reload()
  useStaysCurrent(['division', 'grid', 'assignment'], reload)
  const here = { tree, trail, scope, top, placeName, error, reload, choose }
  provide(scopeKey, here)
  return here
}

export type ScopeHere = ReturnType<typeof provideScope>
const scopeKey: InjectionKey<ScopeHere> = Symbol('scope')

export function useScope(): ScopeHere {
  const here = inject(scopeKey)
  if (!here) throw new Error('useScope outside the console shell')
  return here
}
