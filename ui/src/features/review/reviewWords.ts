import type { AboutRecord } from '@/backend/generated'

type Translate = (key: string, named?: Record<string, unknown>) => string

/** The name of a field; of an element of a set, the set's. */
export function fieldWords(field: string, t: Translate, te: (key: string) => boolean): string {
  const name = field.split(':')[0] ?? field
  for (const key of [`common.fields.${name}`, `review.fields.${name}`]) if (te(key)) return t(key)
  return t('review.fields.other')
}

/** A value in words: fixed words have a translation, everything else stands as it is. */
export function valueWords(field: string, shown: string | null, t: Translate, te: (key: string) => boolean): string {
  if (shown === null || shown === '') return t('review.empty_value')
  for (const key of [`common.${field}.${shown}`, `review.values.${shown}`]) if (/^[a-z_]+$/.test(shown) && te(key)) return t(key)
  return shown
}

/** Which record: its name and door, or the word for its kind. */
export function aboutWords(about: AboutRecord, t: Translate, te: (key: string) => boolean): string {
  const kind = te(`common.kinds.${about.kind}`) ? t(`common.kinds.${about.kind}`) : t('common.kinds.other')
  return [about.title ?? kind, about.door_label].filter(Boolean).join(' · ')
}

/** A text in three parts, the middle one being where it differs from another. */
export function differing(text: string, other: string): [string, string, string] {
  const [one, two] = [[...text], [...other]]
  let head = 0
  while (head < one.length && head < two.length && one[head] === two[head]) head += 1
  let tail = 0
  while (tail < one.length - head && tail < two.length - head && one[one.length - 1 - tail] === two[two.length - 1 - tail]) tail += 1
  return [one.slice(0, head).join(''), one.slice(head, one.length - tail).join(''), one.slice(one.length - tail).join('')]
}
