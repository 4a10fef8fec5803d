import { computed, reactive, ref } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { settleConflict, undoSettlement, type ConflictField } from '@/backend/generated'
import { offerWayBack } from '@/composables/useUndo'
import { useDraft } from '@/features/drafts/useDraft'
import { tabletReach } from '@/features/issues/useIssues'

/** The words that settling needs: what was settled, and whose conflict it is. */
export interface SettlingOf {
  settled: (field: string) => string
  title: () => string
  reach?: typeof tabletReach
}

/** Settling fields by a tap, with a way back. What was typed by hand is a draft until it is saved: leaving costs nothing. */
export function useSettling(record: () => string, reload: () => unknown, { settled, title, reach = tabletReach }: SettlingOf) {
  const busy = ref(false)
  const errors = reactive<Record<string, CommandError | undefined>>({})
  const kept = useDraft<Record<string, string>>(() => `settle:${record()}`, {
    empty: () => ({}),
    isEmpty: (typed) => Object.values(typed).every((text) => text === ''),
    title,
    path: () => `/attention/${record()}`,
  })
  const typed = computed(() => kept.form.value)

  async function settle(field: ConflictField, choice: { side?: string; value?: string; keepBoth?: boolean }): Promise<boolean> {
    const of = record()
    return during(field.field, async () => {
      const { side = null, value = null, keepBoth = false } = choice
      await reach.through(settleConflict({ record: of, field: field.field, side, value, keep_both: keepBoth, seen: [...field.seen] }))
      delete typed.value[field.field]
      offerWayBack({ words: settled(field.field), takeBack: () => takeBack(of, field.field) })
    })
  }

  async function takeBack(of: string, field: string) {
    await reach.through(undoSettlement({ record: of, field }))
    await reload()
  }

  async function during(field: string, work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    errors[field] = undefined
    try {
      await work()
      return true
    } catch (failure) {
      errors[field] = commandErrorFrom(failure)
      return false
    } finally {
      busy.value = false
      await reload()
    }
  }

  return { busy, errors, typed, settle }
}
