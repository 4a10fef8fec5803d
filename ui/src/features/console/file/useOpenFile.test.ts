import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { pathOf, useOpenFile, withoutFile } from './useOpenFile'

async function at(path: string) {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/register', component: { render: () => h('p') } }] })
  await router.push(path)
  let open!: ReturnType<typeof useOpenFile>
  mount(defineComponent({ setup: () => ((open = useOpenFile()), () => h('p')) }), { global: { plugins: [router] } })
  return { router, open }
}

it('is read from the address, and a draft leads back to it', async () => {
  const { open } = await at(pathOf('resident', 'r1', 'move_out', 's2'))
  expect(open.file.value).toEqual({ kind: 'resident', id: 'r1' })
  expect([open.action.value, open.of.value]).toEqual(['move_out', 's2'])
})

it('keeps the place and the search when a form begins and ends', async () => {
  const { open, router } = await at('/register?scope=340603&view=buildings&dwelling=d1')
  await open.begin('newcomer')
  expect(router.currentRoute.value.query).toEqual({ scope: '340603', view: 'buildings', dwelling: 'd1', do: 'newcomer' })
  await open.leave()
  expect(router.currentRoute.value.query).toEqual({ scope: '340603', view: 'buildings', dwelling: 'd1' })
  await open.close()
  expect(router.currentRoute.value.query).toEqual({ scope: '340603', view: 'buildings' })
})

it('takes going through several files for one visit', async () => {
  const { open, router } = await at('/register')
  await open.show('resident', 'r1')
  await open.show('dwelling', 'd1')
  router.back()
  await flushPromises()
  expect(open.anything.value).toBe(false)
})

it('closes with the place it was in', () => {
  expect(withoutFile({ scope: '340603', building: 'b1', do: 'edit', of: 'x' })).toEqual({ scope: '340603' })
})
