import { useI18n } from 'vue-i18n'

/** The sentence for what is wrong with a line; nothing where nothing is. */
export function useReasons() {
  const { t, te } = useI18n()
  return (reason: string | undefined, field: string) => reason && t(`errors.value_reasons.${te(`errors.value_reasons.${reason}`) ? reason : 'unknown'}`, { field })
}
