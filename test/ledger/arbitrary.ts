import fc from 'fast-check'
import { settled } from './entries.ts'

/** Messages as a queue may deliver them: cut anywhere, repeated, out of order, some at the same time. */
export const deliveries = fc.array(
  fc.array(fc.tuple(fc.nat({ max: 29 }), fc.integer({ min: 1, max: 12 })), {
    minLength: 1,
    maxLength: 3,
  }),
  { maxLength: 6 },
)

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '"',
    '\\',
    '\n',
    '},"facts":{',
    ',"receipt":',
    "'; DROP TABLE posting; --",
    '12',
    '1e3',
  ),
)
const nullable = fc.option(text, { nil: null })
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const cost = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.constantFrom('0', '-0', '-000', '007', '999999999999999999', '-9223372036854775808'),
)

/** Closing entries with whatever text and numbers they may hold. */
export const closing = fc
  .record({
    kind: fc.constantFrom(
      'settle' as const,
      'expire' as const,
      'reverse' as const,
      'void' as const,
    ),
    decision: text,
    cost,
    usage: fc.option(
      fc.record({
        input: count,
        cachedInput: count,
        cacheWrite5m: count,
        cacheWrite1h: count,
        output: count,
        reasoning: count,
      }),
      { nil: null },
    ),
    upstreamStatus: fc.option(fc.nat({ max: 999 }), { nil: null }),
    finish: nullable,
    serviceTier: nullable,
    facts: fc.record({ team: text, costCentre: text, modelRequested: text, purpose: text }),
  })
  .map(({ cost: costPicoUsd, facts, ...changes }) => {
    const body = settled(costPicoUsd, changes)
    return { ...body, facts: { ...body.facts, ...facts } }
  })
