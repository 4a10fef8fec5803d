import type { CommandError } from '@/backend/errors'

type Translate = (key: string, named: Record<string, unknown>) => string

/** The sentence for a failure, from its code. A wrong value is worded by the field and the reason. */
export function errorWords(error: CommandError, t: Translate, te: (key: string) => boolean): string {
  if (error.code === 'value_invalid') {
    const reason = String(error.detail.reason ?? 'unknown')
    const field = String(error.detail.field ?? '')
    return t(`errors.value_reasons.${te(`errors.value_reasons.${reason}`) ? reason : 'unknown'}`, {
      field: te(`common.fields.${field}`) ? t(`common.fields.${field}`, {}) : field,
    })
  }
  const named: Record<string, unknown> = { ...error.detail }
  if (error.code === 'not_found') {
    const kind = String(error.detail.kind ?? '')
    named.kind = te(`common.kinds.${kind}`) ? t(`common.kinds.${kind}`, {}) : t('common.kinds.other', {})
  }
  return te(`errors.${error.code}`) ? t(`errors.${error.code}`, named) : t('errors.unknown', { code: error.code })
}
