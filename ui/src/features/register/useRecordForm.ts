import { computed, ref, watch } from 'vue'
import { CommandError } from '@/backend/errors'
import { recordForm, saveForm, type FormChange } from '@/backend/generated'
import { today } from '@/composables/useDates'
import { useLoaded } from '@/composables/useLoaded'
import { tabletReach } from '@/features/issues/useIssues'
import { useChoices } from './useChoices'
import { problemsOf, rules, textOf, valueOf, type Draft } from './formRules'
import type { Shown } from './typing'
import { useSaving } from './useSaving'
import { useAlike } from './useAlike'
import { useTyping } from './useTyping'

/** A record's fields being changed. What was typed is laid over what the register says now, by the rule of typing.ts. */
export function useRecordForm(record: string, title: () => string, path: () => string, reach = tabletReach) {
  const [kind = '', id = ''] = record.split(':')
  const { value: form, error: unread, reload: load } = useLoaded(() => reach.through(recordForm({ record })))
  // Who may not write a field is not given it.
  const fields = computed(() => (rules[kind] ?? []).filter(({ name }) => form.value?.fields.some(({ field }) => field === name)))
  const { busy, error, refused, save: saving } = useSaving(reach)
  const tried = ref(false)
  const shown = computed((): Shown[] => (form.value?.fields ?? []).map(({ field, value, shown, masked, seen }) => ({ field, text: textOf(value), shown: masked ? shown : textOf(value) || null, seen })))
  const typing = useTyping(`form:${record}`, shown, { title, path })
  /** The form as shown; writing to it types in the fields that differ. */
  const draft = computed({
    get: (): Draft => typing.texts.value,
    set: (next: Draft) => Object.entries(next).forEach(([field, text]) => typing.write(field, text)),
  })
  // A masked value that is left empty stays as it is, so it cannot be missing.
  const needed = computed(() => fields.value.map((rule) => ({ ...rule, required: rule.required && !form.value?.fields.find(({ field }) => field === rule.name)?.masked })))
  const problems = computed(() => (tried.value ? { ...problemsOf(needed.value, draft.value, today()), ...refused.value } : {}))
  watch(draft, () => (refused.value = {}))
  void load()
  reach.follow([kind], load)

  const changes = computed((): FormChange[] =>
    typing.changes.value.flatMap(({ field, text, seen }) => {
      const rule = fields.value.find(({ name }) => name === field)
      return rule ? [{ field, value: valueOf(rule, text), seen }] : []
    }),
  )

  /** Another person with the same name and birthday or phone; asked once one of them was changed, and never of oneself. */
  const alike = useAlike(() => {
    if (kind !== 'resident' || !changes.value.some(({ field }) => ['name', 'born_on', 'phone'].includes(field))) return undefined
    const text = (name: string) => (draft.value[name] ?? '').trim() || null
    return { name: text('name') ?? '', born_on: text('born_on'), phone: text('phone'), without: id }
  }, reach)

  /** Saves on this device; true when it is safe. */
  async function save(): Promise<boolean> {
    tried.value = true
    if (!form.value || Object.keys(problems.value).length > 0) return false
    if (changes.value.length === 0) {
      error.value = new CommandError('nothing_changed', {})
      return false
    }
    const sent = await saving(async () => saveForm({ record, changes: changes.value, draft: await typing.carry() }))
    if (sent) typing.saved()
    return sent
  }

  const { newer, take, keep, restored, startOver, touched } = typing
  const choices = useChoices(fields, reach)
  return { alike, choices, fields, form, draft, newer, take, keep, problems, error, unread, busy, save, load, restored, startOver, touched }
}
