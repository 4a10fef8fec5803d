import { expect, it } from 'vitest'
import { differing } from './reviewWords'

it('marks what differs and nothing else', () => {
  expect(differing('100****0002', '100****0003')).toEqual(['100****000', '2', ''])
  expect(differing('王芳', '王方')).toEqual(['王', '芳', ''])
  expect(differing('3-2-501', '3-2-1501')).toEqual(['3-2-', '', '501'])
  expect(differing('𬭚兰', '兰')).toEqual(['', '𬭚', '兰'])
  expect(differing('同', '同')).toEqual(['同', '', ''])
})
