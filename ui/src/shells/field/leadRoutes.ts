import type { RouteLocationNormalized, RouteLocationRaw, RouteRecordRaw } from 'vue-router'
import LeadBuilding from '@/features/lead/LeadBuilding.vue'
import LeadHome from '@/features/lead/LeadHome.vue'
import LeadReport from '@/features/lead/LeadReport.vue'
import LeadNotices from '@/features/lead/LeadNotices.vue'
import LeadReportPage from '@/features/lead/LeadReportPage.vue'
import LeadReports from '@/features/lead/LeadReports.vue'

/** The building lead's own pages; sync and settings are those of everybody. */
export const leadRoutes: RouteRecordRaw[] = [
  { path: '/home', name: 'lead-home', component: LeadHome },
  { path: '/my-report', name: 'lead-new', component: LeadReport },
  { path: '/my-reports', name: 'lead-reports', component: LeadReports },
  { path: '/my-reports/:issue', name: 'lead-report', component: LeadReportPage, props: true },
  { path: '/notices', name: 'lead-notices', component: LeadNotices },
  { path: '/my-building', name: 'lead-building', component: LeadBuilding },
]
/** What sync says and why something was not taken are the same for everybody. */
const shared = new Set(['sync', 'attention', 'conflict', 'me'])

/** Whether a building lead has this page; else the one that stands for it. */
export function leadPage({ name, params }: Pick<RouteLocationNormalized, 'name' | 'params'>): true | RouteLocationRaw {
  if (shared.has(String(name)) || leadRoutes.some((one) => one.name === name)) return true
  if (name === 'report') return { name: 'lead-new' }
  return name === 'issue' ? { name: 'lead-report', params } : name === 'inbox' ? { name: 'lead-reports' } : { name: 'lead-home' }
}
