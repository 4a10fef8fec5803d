import { expect, it } from 'vitest'
import type { AboutRecord } from '@/backend/generated'
import { fileOf } from './fileOf'

const about: AboutRecord = { record: 'household:h1', kind: 'household', title: null, door_label: '3-2-1203', building: 'b1', dwelling: 'd1' }

it('leads to the record itself where it has a file', () => {
  expect(fileOf('resident:r1', about)).toEqual({ kind: 'resident', id: 'r1' })
  expect(fileOf('building:b2')).toEqual({ kind: 'building', id: 'b2' })
})

it('leads to the door that a record belongs to, else to the building, else nowhere', () => {
  expect(fileOf('household:h1', about)).toEqual({ kind: 'dwelling', id: 'd1' })
  expect(fileOf('visit:v1', { ...about, dwelling: null })).toEqual({ kind: 'building', id: 'b1' })
  expect(fileOf('issue:i1')).toBeUndefined()
})
