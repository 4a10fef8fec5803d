import { createRouter, createWebHashHistory, type Router, type RouteRecordRaw } from 'vue-router'
import BuildingsPage from '@/features/buildings/BuildingsPage.vue'
import MatrixPage from '@/features/buildings/MatrixPage.vue'
import NewBuildingPage from '@/features/buildings/NewBuildingPage.vue'
import NewDoorPane from '@/features/buildings/NewDoorPane.vue'
import HouseholdPane from '@/features/households/HouseholdPane.vue'
import CorrectionForm from '@/features/residents/CorrectionForm.vue'
import IdentityPane from '@/features/residents/IdentityPane.vue'
import ResidentPane from '@/features/residents/ResidentPane.vue'
import InboxPage from '@/features/issues/InboxPage.vue'
import IssuePane from '@/features/issues/IssuePane.vue'
import ReportPage from '@/features/issues/ReportPage.vue'
import AttentionPage from '@/features/review/AttentionPage.vue'
import ConflictPage from '@/features/review/ConflictPage.vue'
import LeaveHouseholdPane from '@/features/moves/LeaveHouseholdPane.vue'
import MoveInPane from '@/features/moves/MoveInPane.vue'
import MoveOutPane from '@/features/moves/MoveOutPane.vue'
import HouseholdFormPane from '@/features/register/HouseholdFormPane.vue'
import NeedPane from '@/features/register/NeedPane.vue'
import NewcomerPane from '@/features/register/NewcomerPane.vue'
import RecordFormPane from '@/features/register/RecordFormPane.vue'
import SearchPage from '@/features/search/SearchPage.vue'
import MePage from '@/features/settings/MePage.vue'
import SyncPage from '@/features/sync/SyncPage.vue'
import TodayPage from '@/features/today/TodayPage.vue'
import VisitCorrection from '@/features/visits/VisitCorrection.vue'
import VisitForm from '@/features/visits/VisitForm.vue'
import { leadRoutes } from './leadRoutes'

/** The pages of the tablet. Whatever concerns one door opens beside its building, so Back always leads there. */
const routes: RouteRecordRaw[] = [
  { path: '/today', name: 'today', component: TodayPage },
  { path: '/buildings', name: 'buildings', component: BuildingsPage },
  { path: '/buildings/new', name: 'add-building', component: NewBuildingPage },
  {
    path: '/buildings/:building',
    name: 'building',
    component: MatrixPage,
    props: true,
    children: [
      { path: 'new-door', name: 'add-dwelling', component: NewDoorPane, props: true },
      { path: 'edit/:record', name: 'edit-building', component: RecordFormPane, props: true },
      { path: 'doors/:dwelling', name: 'household', component: HouseholdPane, props: true },
      { path: 'doors/:dwelling/visit', name: 'visit', component: VisitForm, props: ({ params, query }) => ({ ...params, outcome: query.outcome }) },
      { path: 'doors/:dwelling/visits/:visit/correct', name: 'correct-visit', component: VisitCorrection, props: true },
      { path: 'doors/:dwelling/household', name: 'add-household', component: HouseholdFormPane, props: true },
      { path: 'doors/:dwelling/add', name: 'add-resident', component: NewcomerPane, props: true },
      { path: 'doors/:dwelling/move-in', name: 'move-in', component: MoveInPane, props: true },
      { path: 'doors/:dwelling/leave', name: 'leave', component: LeaveHouseholdPane, props: true },
      { path: 'doors/:dwelling/need', name: 'add-need', component: NeedPane, props: true },
      { path: 'doors/:dwelling/edit/:record', name: 'edit-record', component: RecordFormPane, props: true },
      { path: 'doors/:dwelling/residents/:resident/move', name: 'move-out', component: MoveOutPane, props: true },
      { path: 'doors/:dwelling/residents/:resident', name: 'resident', component: ResidentPane, props: true },
      { path: 'doors/:dwelling/residents/:resident/identity', name: 'identity', component: IdentityPane, props: true },
      { path: 'doors/:dwelling/residents/:resident/correct', name: 'correct', component: CorrectionForm, props: true },
    ],
  },
  { path: '/search', name: 'search', component: SearchPage },
  { path: '/inbox', name: 'inbox', component: InboxPage, children: [{ path: ':issue', name: 'issue', component: IssuePane, props: true }] },
  { path: '/report', name: 'report', component: ReportPage, props: ({ query }) => ({ building: query.building, dwelling: query.dwelling }) },
  { path: '/sync', name: 'sync', component: SyncPage },
  { path: '/attention', name: 'attention', component: AttentionPage },
  { path: '/attention/:record', name: 'conflict', component: ConflictPage, props: true },
  { path: '/me', name: 'me', component: MePage },
  ...leadRoutes,
  { path: '/:rest(.*)*', redirect: { name: 'today' } },
]

export function createFieldRouter(): Router {
  return createRouter({ history: createWebHashHistory(), routes })
}
