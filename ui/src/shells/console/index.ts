import './element'
import './element.css'
import './console.css'
import { createApp, type App } from 'vue'
import { addWords } from '@/i18n'
import en from '@/locales/en/console'
import zh from '@/locales/zh-CN/console'
import ConsoleApp from './ConsoleApp.vue'
import { createConsoleRouter } from './router'

/** The supervisors' desk. Element Plus comes with this chunk only, so the tablet never loads it. */
export function createShell(): App {
  addWords('console', { 'zh-CN': zh, en })
  addWords('errors', { 'zh-CN': zh.errors, en: en.errors })
  return createApp(ConsoleApp).use(createConsoleRouter())
}
