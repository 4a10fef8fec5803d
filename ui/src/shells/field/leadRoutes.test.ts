import { expect, it } from 'vitest'
import { chipLeadsTo } from '@/features/sync/chipLeadsTo'
import { leadPage } from './leadRoutes'
import { createFieldRouter } from './router'

const at = (name: string, params = {}) => leadPage({ name, params })

it('lets a lead read why something was not taken, and settle what was said twice', () => {
  expect([at('attention'), at('conflict', { record: 'issue:1' }), at('sync')]).toEqual([true, true, true])
})

it('leads the chip to what needs somebody, on a page that a lead has', () => {
  expect(chipLeadsTo({ state: 'needs_attention' })).toEqual({ name: 'attention' })
  expect(chipLeadsTo({ state: 'waiting' })).toEqual({ name: 'sync' })
  expect(chipLeadsTo(undefined)).toEqual({ name: 'sync' })
})

it('leads a link to a page of the grid worker to the page that stands for it', () => {
  expect(at('issue', { issue: 'i1' })).toEqual({ name: 'lead-report', params: { issue: 'i1' } })
  expect(at('report')).toEqual({ name: 'lead-new' })
  expect(at('inbox')).toEqual({ name: 'lead-reports' })
  expect(at('today')).toEqual({ name: 'lead-home' })
})

it('sends a lead to pages that are there', () => {
  const names = new Set(createFieldRouter().getRoutes().map(({ name }) => name))
  for (const name of ['attention', 'conflict', 'sync', 'lead-new', 'me', 'lead-home', 'lead-report', 'lead-reports']) expect(names.has(name), name).toBe(true)
})
