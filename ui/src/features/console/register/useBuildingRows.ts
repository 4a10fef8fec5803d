import { toValue, type MaybeRefOrGetter } from 'vue'
import { listBuildings } from '@/backend/generated'
import { useListed } from '../common/useListed'

/** The buildings of a place, narrowed by what was typed. A grid's code begins with the codes of all that lies above it. */
export function useBuildingRows(scope: MaybeRefOrGetter<string | null>, text: MaybeRefOrGetter<string>) {
  return useListed(
    listBuildings,
    ['building', 'dwelling', 'household', 'visit', 'compound'],
    text,
    (one) => [one.name, one.number, one.compound, one.address, one.grid_name],
    ({ grid }) => grid.startsWith(toValue(scope) ?? ''),
  )
}
