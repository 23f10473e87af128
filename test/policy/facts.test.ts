import { expect, test } from 'vitest'
import { factsAt } from '../../src/policy/facts.ts'
import { place } from './fixtures.ts'

const destination = place('away', {
  zone: 'own',
  retentionDays: 3,
  agreements: ['dpa', 'baa'],
  expires: '2026-12-01',
})
const WORST = {
  class: 'hosted',
  zone: 'third-party',
  countries: [],
  legalEntity: '',
  retentionDays: Number.POSITIVE_INFINITY,
  trainsOnData: true,
  agreements: [],
}

test.each([
  [
    'believes a fact while its evidence holds',
    '2026-11-30T23:59:59.999Z',
    {
      zone: 'own',
      countries: ['DE'],
      retentionDays: 3,
      trainsOnData: false,
      agreements: ['dpa', 'baa'],
    },
  ],
  ['believes nothing from the day on which it expires', '2026-12-01T00:00:00Z', WORST],
  ['believes nothing later', '2030-01-01T00:00:00Z', WORST],
])('%s', (_name, at, facts) => expect(factsAt(destination, Date.parse(at))).toMatchObject(facts))

test('believes nothing at a moment that is no number', () =>
  expect(factsAt(destination, Number.NaN)).toEqual(WORST))

test('takes each fact by itself', () => {
  const { facts } = destination
  const mixed = {
    ...destination,
    facts: { ...facts, zone: { ...facts.zone, expires: '2026-01-01' } },
  }
  const at = factsAt(mixed, Date.parse('2026-11-24'))
  expect([at.zone, at.retentionDays]).toEqual(['third-party', 3])
})
