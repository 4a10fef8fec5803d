import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { useDraft, type DraftOf } from '@/features/drafts/useDraft'
import { changesIn, isOvertaken, keepMine, takeNewer, textIn, type, type Shown, type Typed } from './typing'

/** Typing over a record's fields: kept as a draft, with the rule of typing.ts for what comes in meanwhile. */
export function useTyping(key: MaybeRefOrGetter<string>, shown: MaybeRefOrGetter<readonly Shown[]>, of: Pick<DraftOf<object>, 'title' | 'path'>) {
  const kept = useDraft<{ typed: Typed }>(key, { ...of, empty: () => ({ typed: {} }) })
  const typed = computed({ get: () => kept.form.value.typed, set: (next) => (kept.form.value = { typed: next }) })
  const find = (field: string) => toValue(shown).find((one) => one.field === field)

  function change(field: string, how: (now: Typed, of: Shown) => Typed) {
    const one = find(field)
    if (one) typed.value = how(typed.value, one)
  }

  return {
    ...kept,
    texts: computed((): Record<string, string> => Object.fromEntries(toValue(shown).map((one) => [one.field, textIn(typed.value, one)]))),
    /** The fields beside which a newer value stands, with that value. */
    newer: computed((): Record<string, Shown> => Object.fromEntries(toValue(shown).filter((one) => isOvertaken(typed.value, one)).map((one) => [one.field, one]))),
    changes: computed(() => changesIn(typed.value, toValue(shown))),
    touched: computed(() => Object.keys(typed.value).length > 0),
    dropped: (field: string) => typed.value[field]?.drop ?? false,
    write: (field: string, text: string) => change(field, (now, one) => (text === textIn(now, one) ? now : type(now, one, { text }))),
    drop: (field: string, drop: boolean) => change(field, (now, one) => type(now, one, { drop })),
    take: (field: string) => (typed.value = takeNewer(typed.value, field)),
    keep: (field: string) => change(field, keepMine),
  }
}
