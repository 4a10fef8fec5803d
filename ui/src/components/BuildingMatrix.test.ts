import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { setLanguage } from '@/i18n'
import { building, door, irregular } from '../../tests/matrices'
import { plugins } from '../../tests/words'
import BuildingMatrix from './BuildingMatrix.vue'

beforeEach(() => setLanguage('zh-CN'))

function show(matrix = irregular(), props: { entrance?: string; selected?: string; filter?: 'visited' | null } = {}) {
  return mount(BuildingMatrix, { props: { matrix, filter: null, ...props }, global: { plugins }, attachTo: document.body })
}
const tabStops = (page: ReturnType<typeof show>) => page.findAll('[role=gridcell]').filter((cell) => cell.attributes('tabindex') === '0')
const focused = () => (document.activeElement as HTMLElement).dataset.dwelling

async function press(page: ReturnType<typeof show>, from: string, key: string, more: Record<string, unknown> = {}) {
  const cell = page.find(`[data-testid="cell-${from}"]`)
  ;(cell.element as HTMLElement).focus()
  await cell.trigger('keydown', { key, ...more })
  await nextTick()
  return focused()
}

describe('the building matrix', () => {
  it('is a grid of rows with a header for every floor and entrance', () => {
    const page = show()
    expect(page.attributes('role')).toBe('grid')
    expect(page.findAll('[role=row]')).toHaveLength(4)
    expect(page.findAll('[role=rowheader]').map((one) => one.text())).toEqual(['3层', '2层', '1层'])
    expect(page.findAll('[role=columnheader]').slice(1).map((one) => one.text())).toEqual(['1单元', '2单元'])
    expect(page.findAll('[role=gridcell]')).toHaveLength(10)
  })

  it('has one tab stop, which follows the focus', async () => {
    const page = show()
    expect(tabStops(page)).toHaveLength(1)
    await press(page, 'd-1-3-1', 'ArrowRight')
    expect(tabStops(page).map((cell) => cell.attributes('data-dwelling'))).toEqual(['d-1-3-2'])
  })

  it('moves by arrows, over blanks and into merged doors', async () => {
    const page = show()
    expect(await press(page, 'd-1-2-1', 'ArrowRight')).toBe('d-2-2-1')
    expect(await press(page, 'd-1-3-2', 'ArrowDown')).toBe('d-1-2-1')
    expect(await press(page, 'd-2-2-2', 'ArrowUp')).toBe('d-2-3-1')
    expect(await press(page, 'd-1-3-1', 'ArrowUp')).toBe('d-1-3-1')
  })

  it('moves to the ends of a row and of the building', async () => {
    const page = show()
    expect(await press(page, 'd-2-2-1', 'Home')).toBe('d-1-2-1')
    expect(await press(page, 'd-1-2-1', 'End')).toBe('d-2-2-2')
    expect(await press(page, 'd-2-2-1', 'Home', { ctrlKey: true })).toBe('d-1-3-1')
    expect(await press(page, 'd-2-2-1', 'End', { ctrlKey: true })).toBe('d-2-1-2')
  })

  it('opens a door by tap, Enter and space', async () => {
    const page = show()
    await page.find('[data-testid="cell-d-1-3-2"]').trigger('click')
    await press(page, 'd-2-1-1', 'Enter')
    await press(page, 'd-2-1-2', ' ')
    expect(page.emitted('open')).toEqual([['d-1-3-2'], ['d-2-1-1'], ['d-2-1-2']])
  })

  it('offers a short menu by long press and by the context key', async () => {
    const page = show()
    await page.find('[data-testid="cell-d-1-3-2"]').trigger('contextmenu')
    expect(page.emitted('menu')).toEqual([['d-1-3-2']])
    expect(page.emitted('open')).toBeUndefined()
  })

  it('does nothing while a character is being composed', async () => {
    const page = show()
    expect(await press(page, 'd-1-3-1', 'ArrowRight', { isComposing: true })).toBe('d-1-3-1')
    await press(page, 'd-1-3-1', 'Enter', { isComposing: true })
    expect(page.emitted('open')).toBeUndefined()
  })

  it('names each door in full', () => {
    const page = show(building([door('2', 12, 3, { door: '1203', mark: 'saved_here' }), door('2', 1, 1, { use: 'vacant', masked_head: null, people: 0, visit_state: 'vacant' }), door('2', 1, 2, { people: 1, conflict: true, visit_state: 'revisit' })]))
    expect(page.findAll('[role=gridcell]').map((cell) => cell.find('.visually-hidden').text())).toEqual(['2单元1203，王某等3人，未访，未同步', '2单元101，空置，没有登记的人，空置', '2单元102，王某1人，待复访，有冲突'])
  })

  it('names doors in English as well', () => {
    setLanguage('en')
    expect(show(building([door('2', 12, 3, { door: '1203', mark: 'saved_here' })])).find('[role=gridcell] .visually-hidden').text()).toBe('Entrance 2 door 1203, 王*, 3 people, Not visited, not sent')
  })

  it('gives the tests and the styles a door, its state and its mark', () => {
    const cell = show().find('[data-testid="cell-d-2-1-2"]')
    expect(cell.attributes()).toMatchObject({ 'data-door': '2-102', 'data-visit-state': 'unvisited', 'data-mark': 'sent' })
  })

  it('dims what a filter leaves out and moves nothing', () => {
    const cells = irregular().cells.map((cell, index) => ({ ...cell, visit_state: index === 0 ? ('visited' as const) : cell.visit_state }))
    const page = show({ ...irregular(), cells }, { filter: 'visited' })
    expect(page.findAll('[role=gridcell]')).toHaveLength(10)
    expect(page.findAll('.dimmed')).toHaveLength(9)
  })

  it('shows one entrance at a time where there is little room', () => {
    const page = show(irregular(), { entrance: '2' })
    expect(page.findAll('[role=gridcell]').map((cell) => cell.attributes('data-door'))).toEqual(['2-301', '2-201', '2-202', '2-101', '2-102'])
  })

  it('hides no door that the register placed twice or outside its entrance', () => {
    const page = show(building([door('1', 1, 1), door('1', 1, 1, { dwelling: 'twin' }), door('1', 1, 9, { dwelling: 'far' }), door('1', 7, 1, { dwelling: 'stray' })]))
    expect(page.findAll('[role=gridcell]')).toHaveLength(4)
  })
})
