import { createRouter, createWebHashHistory, type Router } from 'vue-router'

/** The pages of the console. The address sits behind `#`, so the server has one page to serve and never sees which
 * resident is open. Signing in is no address of its own: it takes the place of the page, which stays where it was. */
export function createConsoleRouter(): Router {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/register', name: 'register', component: () => import('@/features/console/register/RegisterPage.vue') },
      { path: '/dispatch', name: 'dispatch', component: () => import('@/features/console/dispatch/DispatchPage.vue') },
      { path: '/review', name: 'review', component: () => import('@/features/console/review/ReviewPage.vue') },
      { path: '/visits', name: 'visits', component: () => import('@/features/console/visits/VisitsPage.vue') },
      { path: '/administration', name: 'administration', component: () => import('@/features/console/administration/AdministrationPage.vue') },
      { path: '/:rest(.*)*', redirect: { name: 'register' } },
    ],
  })
}
