import type { IssueCard } from '@/backend/generated'

type Translate = (key: string, named: Record<string, unknown>) => string

/** Who must act next. */
export function holderWords(card: Pick<IssueCard, 'holder' | 'holder_name'>, t: Translate): string {
  return t(`issues.holders.${card.holder}`, { name: card.holder_name ?? t('issues.some_unit', {}) })
}
