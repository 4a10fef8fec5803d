/** Words of both languages. Chinese comes first; English follows it key by key (a test compares the trees). */
import { createI18n } from 'vue-i18n'
import enCommon from '@/locales/en/common'
import enDrafts from '@/locales/en/drafts'
import enErrors from '@/locales/en/errors'
import enDevice from '@/locales/en/device'
import enHistory from '@/locales/en/history'
import enIssues from '@/locales/en/issues'
import enPhotos from '@/locales/en/photos'
import enReview from '@/locales/en/review'
import enRegister from '@/locales/en/register'
import enUndo from '@/locales/en/undo'
import zhCommon from '@/locales/zh-CN/common'
import zhDrafts from '@/locales/zh-CN/drafts'
import zhErrors from '@/locales/zh-CN/errors'
import zhDevice from '@/locales/zh-CN/device'
import zhHistory from '@/locales/zh-CN/history'
import zhIssues from '@/locales/zh-CN/issues'
import zhPhotos from '@/locales/zh-CN/photos'
import zhReview from '@/locales/zh-CN/review'
import zhRegister from '@/locales/zh-CN/register'
import zhUndo from '@/locales/zh-CN/undo'

export type Language = 'zh-CN' | 'en'
export const languages: readonly Language[] = ['zh-CN', 'en']

const stored = 'linli.language'

/** A tree of words; the exact keys are checked by a test that compares both languages. */
interface Words {
  [key: string]: string | Words
}

export const i18n = createI18n<false, { legacy: false; locale: Language; fallbackLocale: Language; messages: Record<Language, Words> }>({
  legacy: false,
  locale: startLanguage(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': { common: zhCommon, device: zhDevice, drafts: zhDrafts, errors: zhErrors, history: zhHistory, issues: zhIssues, photos: zhPhotos, register: zhRegister, review: zhReview, undo: zhUndo }, en: { common: enCommon, device: enDevice, drafts: enDrafts, errors: enErrors, history: enHistory, issues: enIssues, photos: enPhotos, register: enRegister, review: enReview, undo: enUndo } },
})

/** Each shell brings its own words under a name of its own, so that the tablet never loads the console's. */
export function addWords(name: string, words: Record<Language, object>) {
  for (const language of languages) i18n.global.mergeLocaleMessage(language, { [name]: words[language] })
}

export function language(): Language {
  return i18n.global.locale.value as Language
}

export function setLanguage(next: Language) {
  i18n.global.locale.value = next
  document.documentElement.lang = next
  try {
    localStorage.setItem(stored, next)
  } catch {
    // A full or forbidden store costs the choice at the next start, nothing else.
  }
}

function startLanguage(): Language {
  let chosen: string | null = null
  try {
    chosen = localStorage.getItem(stored)
  } catch {
    // Without a store the page starts in Chinese.
  }
  const start = languages.find((one) => one === chosen) ?? 'zh-CN'
  document.documentElement.lang = start
  return start
}
