import { createApp, type App } from 'vue'
import 'vant/es/style/base.css'
import 'vant/es/button/index.css'
import { addWords } from '@/i18n'
import en from '@/locales/en/field'
import enLead from '@/locales/en/lead'
import enMoves from '@/locales/en/moves'
import enToday from '@/locales/en/today'
import zh from '@/locales/zh-CN/field'
import zhLead from '@/locales/zh-CN/lead'
import zhMoves from '@/locales/zh-CN/moves'
import zhToday from '@/locales/zh-CN/today'
import FieldApp from './FieldApp.vue'
import { createFieldRouter } from './router'
import './field.css'
import './vant.css'

/** The tablet's shell: enrolment, PIN, first download, then buildings, sync and settings. */
export function createShell(): App {
  addWords('field', { 'zh-CN': zh, en })
  addWords('lead', { 'zh-CN': zhLead, en: enLead })
  addWords('moves', { 'zh-CN': zhMoves, en: enMoves })
  addWords('today', { 'zh-CN': zhToday, en: enToday })
  return createApp(FieldApp).use(createFieldRouter())
}
