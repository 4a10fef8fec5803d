import { shallowReadonly, shallowRef } from 'vue'
import { undoSave } from '@/backend/generated'
import { useDisplay } from '@/features/settings/useDisplay'

/** A way back from what was just done, and what it is called. */
export interface WayBack {
  /** What was done; without it, that it was saved. */
  words?: string
  takeBack: () => Promise<unknown>
}

const offered = shallowRef<WayBack>()
let timer: ReturnType<typeof setTimeout> | undefined

/** Offers for a while to take the last save back, by the way it was made; the core can for a minute. */
export function offerUndo(undo: string | null, reach?: { through: <T>(answer: Promise<T>) => Promise<T> }) {
  offerWayBack(undo === null ? undefined : { takeBack: () => (reach ? reach.through(undoSave({ undo })) : undoSave({ undo })) })
}

/** As `offerUndo`, for what has a way back of its own. Nothing takes the offer away. */
export function offerWayBack(way: WayBack | undefined) {
  const { size } = useDisplay()
  clearTimeout(timer)
  offered.value = way
  // Elder readers get twice the time.
  if (way) timer = setTimeout(() => (offered.value = undefined), size.value === 'elder' || size.value === 'largest' ? 20_000 : 10_000)
}

export function useUndo() {
  async function undo() {
    const way = offered.value
    // Two taps of a trembling finger take one save back.
    offerWayBack(undefined)
    await way?.takeBack()
  }
  return { offered: shallowReadonly(offered), undo }
}
