import { shallowRef, shallowReadonly, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { householdFile, residentFile, type HouseholdFile } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { useStaysCurrent } from '../common/useStaysCurrent'

/** A home of the resident: the household behind one of their doors, or why it cannot be shown. */
export interface HomeFile {
  dwelling: string
  household?: HouseholdFile
  error?: CommandError
}

/** One resident with their homes, kept in step with the console's own store. */
export function useResidentFile(id: MaybeRefOrGetter<string>) {
  const resident = useLoaded(() => residentFile({ resident: toValue(id) }))
  const homes = shallowRef<HomeFile[]>()

  watch(resident.value, async (file) => {
    if (!file) return
    const behind = await Promise.all(file.homes.map((home) => homeBehind(home.dwelling)))
    if (resident.value.value === file) homes.value = behind
  })
  watch(
    () => toValue(id),
    () => {
      resident.clear()
      homes.value = undefined
      void resident.reload()
    },
    { immediate: true },
  )
  useStaysCurrent(['resident', 'residence', 'household', 'dwelling', 'visit'], resident.reload)

  return { file: resident.value, error: resident.error, reload: resident.reload, homes: shallowReadonly(homes) }
}

// One door that cannot be read must not hide the person's other doors.
async function homeBehind(dwelling: string): Promise<HomeFile> {
  try {
    return { dwelling, household: await householdFile({ dwelling }) }
  } catch (cause) {
    return { dwelling, error: commandErrorFrom(cause) }
  }
}
