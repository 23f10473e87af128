import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLOCK_SKEW_MAX_MS } from '../../src/journal/lease.ts'
import { type Happening, type Mistake, MISTAKES } from './authority-happenings.ts'
import { World } from './authority-world.ts'

const index = fc.nat({ max: 11 })
const waiting = fc.oneof(
  fc.integer({ min: 1, max: 3_000 }),
  fc.integer({ min: 8_000, max: 13_000 }),
  fc.integer({ min: 27_000, max: 320_000 }),
)
const offset = fc.integer({ min: -CLOCK_SKEW_MAX_MS / 2, max: CLOCK_SKEW_MAX_MS / 2 })
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: waiting }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('clock' as const), node: index, offsetMs: offset }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('activate' as const), isTold: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), journal: index }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('deliver' as const), message: index }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('lose' as const, 'repeat' as const),
      message: index,
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('alarm' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), node: index }) },
)

/** What goes wrong in the given order of events, with so many journals. */
function run(journals: number, events: readonly Happening[], mistake?: Mistake): World {
  const world = new World(journals, mistake)
  for (const event of events) {
    world.happen(event)
    if (world.broken !== undefined) break
  }
  return world
}

const histories = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.array(happening, { minLength: 20, maxLength: 80, size: 'max' }),
)

test('no decision falls under an old policy after it was declared in force everywhere, whatever happens in which order', () => {
  let declared = 0
  fc.assert(
    fc.property(histories, ([journals, events]) => {
      const world = run(journals, events)
      declared += world.declared
      expect(world.broken).toBeUndefined()
    }),
    { numRuns: 20_000 },
  )
  expect(declared).toBeGreaterThan(20_000)
})

test.each(MISTAKES)('a protocol with this mistake is found: %s', (mistake) => {
  const found = fc.check(
    fc.property(
      histories,
      ([journals, events]) => run(journals, events, mistake).broken === undefined,
    ),
    { numRuns: 50_000, endOnFailure: true },
  )
  expect(found.failed).toBe(true)
})
