import { computed, ref, watch } from 'vue'
import { residentFile, type HouseholdFile, type ResidentFile } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { tabletReach } from '@/features/issues/useIssues'

/** A household behind a door, as whoever joins one of several chooses it. */
export interface HouseholdChoice {
  id: string
  /** Who lives there; nobody yet is a household too. */
  people: readonly string[]
}

/** What becomes of a home that somebody has: they left it, or keep it beside the new one. */
export type HomeAnswer = 'left' | 'kept'

/** The households behind a door. Where there are several, who moves in says which one they join. */
export function householdsAt(file: Pick<HouseholdFile, 'household' | 'residents' | 'others'> | undefined): HouseholdChoice[] {
  if (!file?.household) return []
  const names = (people: readonly { name: string }[]) => people.map(({ name }) => name)
  return [{ id: file.household, people: names(file.residents) }, ...file.others.map((one) => ({ id: one.household, people: names(one.residents) }))]
}

/** What is still to be said of joining: which of several households, and of each other home whether it is left. */
export function joiningProblems(household: string | null | undefined, households: readonly HouseholdChoice[], answer: (residence: string) => string | undefined, homes: readonly { residence: string }[]): Record<string, string> {
  const open = homes.filter(({ residence }) => !answer(residence)).map(({ residence }) => [`home:${residence}`, 'empty'])
  return { ...(households.length > 1 && !households.some(({ id }) => id === household) ? { household: 'empty' } : {}), ...Object.fromEntries(open) }
}

/** Where somebody who is registered lives now. */
export function useHomesOf(resident: () => string | undefined, reach = tabletReach) {
  const asked = ref('')
  const { value: file, error, reload, clear } = useLoaded((): Promise<ResidentFile> => reach.through(residentFile({ resident: asked.value })))
  watch(
    resident,
    (id) => {
      clear()
      asked.value = id ?? ''
      if (id) void reload()
    },
    { immediate: true },
  )
  return { file, homes: computed(() => file.value?.homes ?? []), error, reload }
}
