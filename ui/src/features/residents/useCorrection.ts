import { computed, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { CommandError } from '@/backend/errors'
import { correctResident, type CorrectableField, type FieldChange, type ResidentFile } from '@/backend/generated'
import { tabletReach } from '@/features/issues/useIssues'
import { useSaving } from '@/features/register/useSaving'
import { useAlike } from '@/features/register/useAlike'
import { useTyping } from '@/features/register/useTyping'
import { problemWith, shownOf, tidyPhone } from './correctionRules'

/** The correction of one resident's name and numbers, in both shells, by the rule of register/typing.ts. */
export function useCorrection(file: MaybeRefOrGetter<ResidentFile | undefined>, resident: MaybeRefOrGetter<string>, path: () => string, reach = tabletReach) {
  const shown = computed(() => (toValue(file)?.fields ?? []).map(shownOf))
  const typing = useTyping(() => `correct:${toValue(resident)}`, shown, { title: () => toValue(file)?.name ?? '', path })
  const { busy, error, refused, save: saving } = useSaving(reach)
  const left = ref<Record<string, boolean>>({})

  const fields = computed(() =>
    shown.value.map((one) => {
      const [text, dropped] = [typing.texts.value[one.field] ?? '', typing.dropped(one.field)]
      const problem = left.value[one.field] && !dropped ? problemWith(one.field, text) : undefined
      return { field: one.field as CorrectableField, shown: one.shown, text, dropped, newer: typing.newer.value[one.field], problem: problem ?? refused.value[one.field] }
    }),
  )
  const changes = computed((): FieldChange[] =>
    typing.changes.value.map(({ field, text, drop, seen }) => ({ field: field as CorrectableField, value: drop ? null : field === 'name' ? text : tidyPhone(text), seen })),
  )

  /** Another person with the new name or phone; never oneself, and nobody before something was changed. */
  const alike = useAlike(() => {
    const changed = (name: string) => changes.value.find(({ field }) => field === name)?.value ?? null
    const [name, phone] = [changed('name'), changed('phone') ?? changed('phone_2')]
    return name || phone ? { name: name ?? '', born_on: toValue(file)?.born_on ?? null, phone, without: toValue(resident) } : undefined
  }, reach)

  function write(field: CorrectableField, text: string) {
    refused.value = {}
    typing.write(field, text)
  }

  /** A field was left: from here on what is wrong with it is said below it. */
  const leave = (field: CorrectableField) => void (left.value = { ...left.value, [field]: true })

  /** Saves on this device; true when the correction is safe. */
  async function save(): Promise<boolean> {
    shown.value.forEach(({ field }) => leave(field as CorrectableField))
    refused.value = {}
    if (fields.value.length === 0 || fields.value.some(({ problem }) => problem)) return false
    if (changes.value.length === 0) {
      error.value = new CommandError('nothing_changed', {})
      return false
    }
    const sent = await saving(async () => correctResident({ resident: toValue(resident), changes: changes.value, draft: await typing.carry() }))
    // A refused value is told under its field, everything else above the buttons.
    if (Object.keys(refused.value).length > 0) error.value = undefined
    if (sent) typing.saved()
    return sent
  }

  function startOver() {
    left.value = {}
    error.value = undefined
    return typing.startOver()
  }
  watch(() => toValue(resident), () => ((left.value = {}), (error.value = undefined)))

  const { drop, take, keep, restored, touched } = typing
  return { alike, fields, changes, write, leave, drop, take, keep, restored, touched, error, busy, save, startOver }
}
