import { describe, expect, it } from 'vitest'
import type { Scope } from '@/backend/generated'
import { scopeTrail, scopeTree } from './scopeTree'

const district: Scope = { id: '340603', name: '相山区', level: 'district', parent: null }
const east: Scope = { id: '340603002', name: '东街道', level: 'street', parent: '340603' }
const south: Scope = { id: '340603001', name: '相南街道', level: 'street', parent: '340603' }
const power: Scope = { id: '340603002001', name: '供电社区', level: 'community', parent: '340603002' }
const third: Scope = { id: '340603002001003', name: '第三网格', level: 'grid', parent: '340603002001' }
const first: Scope = { id: '340603002001001', name: '第一网格', level: 'grid', parent: '340603002001' }

describe('the tree of places', () => {
  it('nests district, street, community and grid in the order of their codes', () => {
    const tree = scopeTree([third, power, east, first, district, south])
    expect(tree.map(({ name }) => name)).toEqual(['相山区'])
    expect(tree[0]?.children.map(({ name }) => name)).toEqual(['相南街道', '东街道'])
    expect(tree[0]?.children[1]?.children[0]?.children.map(({ name }) => name)).toEqual(['第一网格', '第三网格'])
  })

  it('begins at the highest place an account may see, even when its parent is not listed', () => {
    expect(scopeTree([power, first]).map(({ id }) => id)).toEqual([power.id])
    expect(scopeTree([first, third]).map(({ id }) => id)).toEqual([first.id, third.id])
  })

  it('gives the way down to a place, and nothing for a place outside the account', () => {
    expect(scopeTrail([district, east, power, first], first.id).map(({ name }) => name)).toEqual(['相山区', '东街道', '供电社区', '第一网格'])
    expect(scopeTrail([power, first], '340603999')).toEqual([])
    expect(scopeTrail([power, first], null)).toEqual([])
  })

  it('does not run in circles on a list that names itself as parent', () => {
    const loop: Scope[] = [
      { ...east, parent: power.id },
      { ...power, parent: east.id },
    ]
    expect(scopeTrail(loop, power.id)).toHaveLength(2)
  })
})
