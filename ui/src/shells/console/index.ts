import './element'
import './element.css'
import './console.css'
import { createApp, type App } from 'vue'
import { addWords } from '@/i18n'
import en from '@/locales/en/console'
import enDesk from '@/locales/en/desk'
import enOffice from '@/locales/en/office'
import zh from '@/locales/zh-CN/console'
import zhDesk from '@/locales/zh-CN/desk'
import zhOffice from '@/locales/zh-CN/office'
import ConsoleApp from './ConsoleApp.vue'
import { createConsoleRouter } from './router'

/** The supervisors' desk. Element Plus comes with this chunk only, so the tablet never loads it. */
export function createShell(): App {
  addWords('console', { 'zh-CN': zh, en })
  addWords('desk', { 'zh-CN': zhDesk, en: enDesk })
  const { lines: zhLines, ...zhOwn } = zhOffice
  const { lines: enLines, ...enOwn } = enOffice
  addWords('office', { 'zh-CN': zhOwn, en: enOwn })
  addWords('register', { 'zh-CN': zhLines, en: enLines })
  // Lines and a bar that both shells have, in the desk's own words.
  addWords('register', { 'zh-CN': { fields: zhDesk.fields }, en: { fields: enDesk.fields } })
  addWords('undo', { 'zh-CN': zhDesk.undo, en: enDesk.undo })
  addWords('errors', { 'zh-CN': zh.errors, en: en.errors })
  return createApp(ConsoleApp).use(createConsoleRouter())
}
