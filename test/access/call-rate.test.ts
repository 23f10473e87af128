import { expect, test } from 'vitest'
import { CallRate } from '../../src/access/call-rate.ts'

test('a name is counted within a window and starts again in the next', () => {
  const rate = new CallRate(1000, 10)
  expect([rate.add('a', 0), rate.add('a', 999), rate.add('b', 999)]).toEqual([1, 2, 1])
  expect([rate.count('a', 1000), rate.add('a', 1000)]).toEqual([0, 1])
})

test('what others have counted counts', () => {
  const rate = new CallRate(1000, 10)
  expect([rate.add('a', 0, 7), rate.add('a', 0)]).toEqual([7, 8])
})

test('it holds no more names than it may', () => {
  const rate = new CallRate(1000, 2)
  for (const name of ['a', 'b', 'c']) rate.add(name, 0)
  expect(['a', 'b', 'c'].map((name) => rate.count(name, 0))).toEqual([0, 0, 1])
})

test('it says when the next window begins, and never 0 seconds', () => {
  const rate = new CallRate(60_000, 2)
  expect([rate.secondsLeft(0), rate.secondsLeft(59_999)]).toEqual([60, 1])
})
