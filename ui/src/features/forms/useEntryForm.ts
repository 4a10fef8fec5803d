import { computed, ref, shallowRef, watch } from 'vue'
import type { Saved } from '@/backend/generated'
import { useDraft, type DraftOf } from '@/features/drafts/useDraft'
import { useSaving } from '@/features/register/useSaving'

export interface EntryOf<T> extends DraftOf<T> {
  /** What must be mended before it can be saved: a reason by field. The core checks again. */
  problems: (form: T) => Record<string, string>
  /** Saves what was typed; the draft goes with it, in the same transaction. */
  send: (form: T, draft: string) => Promise<Saved>
}

/** Something new being written down: a draft until it is saved on this device, and for a while after that with a way back. */
export function useEntryForm<T extends object>(key: string, of: EntryOf<T>) {
  const kept = useDraft<T>(key, of)
  const { busy, error, refused, save: saving } = useSaving()
  const tried = ref(false)
  const saved = shallowRef<Saved>()
  const problems = computed(() => (tried.value ? { ...of.problems(kept.form.value), ...refused.value } : {}))
  // What the core refused stands beside its field until something is changed.
  watch(kept.form, () => (refused.value = {}), { deep: true })

  /** Saves on this device; true when it is safe. */
  async function save(): Promise<boolean> {
    tried.value = true
    if (Object.keys(problems.value).length > 0) return false
    return during(async () => of.send(kept.form.value, await kept.carry()))
  }

  /** As `save`, for another way to be done with the form. */
  async function during(work: () => Promise<Saved>): Promise<boolean> {
    const safe = await saving(async () => (saved.value = await work()))
    if (safe) {
      kept.saved()
      tried.value = false
    }
    return safe
  }

  return { form: kept.form, ready: kept.ready, restored: kept.restored, startOver: kept.startOver, carry: kept.carry, problems, error, busy, saved, save, during }
}
