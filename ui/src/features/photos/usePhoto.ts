import { photoData } from '@/backend/generated'
import { useLoaded } from '@/composables/useLoaded'
import { tabletReach, type Reach } from '@/features/issues/useIssues'
import { toValue, watch, type MaybeRefOrGetter } from 'vue'

/** A photo's picture as an address for an `<img>`; it comes by itself once the photo has arrived here. */
export function usePhoto(photo: MaybeRefOrGetter<string>, whole: boolean, reach: Reach = tabletReach) {
  const { value: data, error, reload, clear } = useLoaded(() => reach.through(photoData({ photo: toValue(photo), whole })))
  watch(
    () => toValue(photo),
    () => {
      clear()
      void reload()
    },
    { immediate: true },
  )
  // A picture never changes; only one that is not here is asked for again.
  reach.follow(['attachment'], () => (data.value?.url ? undefined : reload()))
  return { data, error, reload }
}
