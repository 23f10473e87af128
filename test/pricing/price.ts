import type { Price } from '../../src/domain/catalog.ts'

/** A price with what a test needs said and the rest filled in. */
export const price = (said: Partial<Price>): Price => ({
  version: 'v1',
  destination: 'somewhere',
  model: 'model',
  validFrom: '2026-06-30',
  meters: { input: 0, output: 0 },
  tiers: [],
  source: 'a test',
  ...said,
})
