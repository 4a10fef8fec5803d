import { addWords, i18n } from '@/i18n'
import en from '@/locales/en/field'
import zh from '@/locales/zh-CN/field'

addWords('field', { 'zh-CN': zh, en })

/** The words of the tablet, for components under test. */
export const plugins = [i18n]
export const t = i18n.global.t as (key: string, named?: Record<string, unknown>) => string
