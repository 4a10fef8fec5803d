import { describe, expect, it } from 'vitest'
import type { ResidentFile } from '@/backend/generated'
import { carryOver, changesOf, correctionProblems, startDraft } from './correctionRules'

const file = {
  id: 'r1',
  name: '尉迟建国',
  fields: [
    { field: 'name', shown: '尉迟建国', seen: ['n1'], mark: 'sent', others: [] },
    { field: 'phone', shown: '100****5678', seen: ['p1', 'p2'], mark: 'sent', others: [{ shown: '100****0231', by: '李志强', at: '2026-11-20T01:00:00Z' }] },
  ],
} as unknown as ResidentFile

describe('a correction', () => {
  it('starts from the name on show and never from a masked number', () => {
    expect(startDraft(file)).toEqual({ name: '尉迟建国', name_was: '尉迟建国', phone: '', phone_2: '', dropped: [] })
    expect(changesOf(file, startDraft(file))).toEqual([])
  })

  it('sends only what changes, with all versions that were on show', () => {
    expect(changesOf(file, { ...startDraft(file), phone: ' 100 1234 5678 ' })).toEqual([{ field: 'phone', value: '10012345678', seen: ['p1', 'p2'] }])
    expect(changesOf(file, { ...startDraft(file), name: '尉迟 建·国', phone_2: '0561-3051234' })).toEqual([
      { field: 'name', value: '尉迟 建·国', seen: ['n1'] },
      { field: 'phone_2', value: '0561-3051234', seen: [] },
    ])
  })

  it('never writes an old name back from a draft that did not touch it', () => {
    const newer = { ...file, name: '尉迟建华', fields: [{ field: 'name', shown: '尉迟建华', seen: ['n2'], mark: 'sent', others: [] }] } as unknown as ResidentFile
    const draft = { ...startDraft(file), phone: '10012345678' }
    expect(carryOver(draft, newer)).toBe(false)
    expect(draft.name).toBe('尉迟建华')
    expect(changesOf(newer, draft).map(({ field }) => field)).toEqual(['phone'])
  })

  it('keeps a typed name beside a newer one and points to it', () => {
    const newer = { ...file, name: '尉迟建华', fields: [{ field: 'name', shown: '尉迟建华', seen: ['n2'], mark: 'sent', others: [] }] } as unknown as ResidentFile
    const draft = { ...startDraft(file), name: '尉迟国建' }
    expect(carryOver(draft, newer)).toBe(true)
    expect(changesOf(newer, draft)).toEqual([{ field: 'name', value: '尉迟国建', seen: ['n2'] }])
  })

  it('drops a number that is no longer used', () => {
    expect(changesOf(file, { ...startDraft(file), phone: '123', dropped: ['phone'] })).toEqual([{ field: 'phone', value: null, seen: ['p1', 'p2'] }])
  })

  it.each(['1234', '12a456', '1'.repeat(21), '１２３４５６'])('refuses the number %s', (phone) => {
    expect(correctionProblems({ ...startDraft(file), phone })).toEqual({ phone: 'bad_phone' })
  })

  it.each(['12345', '+86 100 1234 5678', '0561-3051234'])('takes the number %s', (phone) => {
    expect(correctionProblems({ ...startDraft(file), phone })).toEqual({})
  })

  it('needs a name', () => {
    expect(correctionProblems({ ...startDraft(file), name: ' ' })).toEqual({ name: 'need_name' })
  })
})
