import { computed, ref, shallowRef, watch } from 'vue'
import { commandErrorFrom, type CommandError } from '@/backend/errors'
import { recordForm, saveForm, type Form } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useDraft } from '@/features/drafts/useDraft'
import { changesOf, draftOf, emptyDraft, problemsIn, problemsOf, rules, type Draft } from './formRules'
import { offerUndo } from './useUndo'

/** A record's fields being changed. What was typed before is laid over what the register says now. */
export function useRecordForm(record: string, title: () => string, path: () => string) {
  const fields = rules[record.split(':')[0] ?? ''] ?? []
  const form = shallowRef<Form>()
  const error = shallowRef<CommandError>()
  const refused = ref<Record<string, string>>({})
  const tried = ref(false)
  const busy = ref(false)
  const start = shallowRef<Draft>(emptyDraft(fields))
  const kept = useDraft<{ typed: Draft }>(`form:${record}`, { empty: () => ({ typed: {} }), title, path })
  /** The form as shown: the register's values, and over them what was typed. */
  const draft = computed({
    get: (): Draft => ({ ...start.value, ...kept.form.value.typed }),
    set: (next: Draft) => {
      const typed = Object.fromEntries(Object.entries(next).filter(([name, text]) => text !== start.value[name]))
      kept.form.value = { typed }
    },
  })
  const problems = computed(() => (tried.value ? { ...problemsOf(needed.value, draft.value, today()), ...refused.value } : {}))
  // A masked value that is left empty stays as it is, so it cannot be missing.
  const needed = computed(() => fields.map((rule) => ({ ...rule, required: rule.required && !form.value?.fields.find(({ field }) => field === rule.name)?.masked })))
  watch(draft, () => (refused.value = {}))

  async function load() {
    error.value = undefined
    try {
      form.value = await recordForm({ record })
      start.value = draftOf(form.value)
    } catch (failure) {
      error.value = commandErrorFrom(failure)
    }
  }
  void load()

  /** Saves on this device; true when it is safe. */
  async function save(): Promise<boolean> {
    tried.value = true
    if (busy.value || !form.value || Object.keys(problems.value).length > 0) return false
    busy.value = true
    error.value = undefined
    try {
      const saved = await saveForm({ record, changes: changesOf(form.value, fields, draft.value), draft: await kept.carry() })
      kept.saved()
      offerUndo(saved.undo)
      return true
    } catch (failure) {
      error.value = commandErrorFrom(failure)
      refused.value = problemsIn(error.value.detail)
      return false
    } finally {
      busy.value = false
    }
  }

  return { fields, form, draft, problems, error, busy, save, load, restored: kept.restored, startOver: kept.startOver }
}
