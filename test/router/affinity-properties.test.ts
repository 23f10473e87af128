import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Pin } from '../../src/domain/pin.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { World } from '../../src/router/world.ts'
import { guardrail, NOW_MS, own, place, rule } from '../policy/fixtures.ts'
import { plan, priced } from './affinity-fixtures.ts'
import { removedFrom, worldOf } from './fixtures.ts'

describe('whatever the pin', () => {
  const NAMES = ['p1', 'p2', 'p3', 'p4']
  const rates = fc.record(
    { input: fc.nat(5_000_000), cachedInput: fc.nat(1_000_000), output: fc.nat(20_000_000) },
    { requiredKeys: ['input', 'output'] },
  )
  const worlds = fc
    .record({
      prices: fc.array(rates, { minLength: 9, maxLength: 9 }),
      prefer: fc.constantFrom<(string | string[])[]>(
        ['cheapest'],
        ['hosted', 'onprem'],
        ['onprem', ['hosted', 'closed']],
        ['p2', 'hosted'],
      ),
      forbidden: fc.constantFrom('hosted' as const, 'closed' as const, 'edge' as const),
      cooling: fc.subarray(NAMES),
    })
    .map(({ prices, prefer, forbidden, cooling }) => {
      const [p1, p2] = [place('p1'), place('p2')]
      const destinations = [p1, p2, place('p3', { class: 'closed' }), own('p4')]
      const models = prices.map((meters, at) =>
        priced(`m${at}`, NAMES[at % NAMES.length] ?? 'p1', meters),
      )
      const never = guardrail('never', { never: { class: [forbidden] } })
      return worldOf(
        { destinations, guardrails: [never], routes: [rule('one', { prefer })] },
        { availability: (id) => (cooling.includes(id) ? 'cooling' : 'ready') },
        models,
      )
    })
  const pins: fc.Arbitrary<Pin> = fc.record({
    destination: fc.constantFrom(...NAMES, 'gone'),
    model: fc.constantFrom('m0', 'm1', 'm2', 'm3', 'm4', 'm8', 'gone'),
    promptTokens: fc.nat(200_000),
    outputTokens: fc.option(fc.nat(4_000), { nil: undefined }),
    isUncached: fc.boolean(),
    atMs: fc.integer({ min: NOW_MS - 4_000_000, max: NOW_MS }),
  })
  const bytes = fc.nat(800_000)

  test('no attempt is added, none is dropped, and none passes over the route', () =>
    fc.assert(
      fc.property(worlds, pins, bytes, (world, pin, promptBytes) => {
        const plain = plan({ world, request: { promptBytes } })
        const pinned = plan({ world, request: { promptBytes }, pin })
        expect(pinned.ok).toBe(plain.ok)
        if (!plain.ok || !pinned.ok) return
        const { attempts } = pinned.value
        expect(attempts.length).toBe(plain.value.attempts.length)
        // Two of a destination at most: a pin may be the third, and then stands for another of the same place.
        const places = ({ value }: typeof plain): string[] =>
          value.attempts.map(({ destination }) => destination).toSorted()
        expect(places(pinned)).toEqual(places(plain))
        expect(ranks(world, pinned.value)).toEqual(ranks(world, plain.value))
        const rest = (from: Plan): string[] =>
          answerOf(from).filter((name) => name !== `${pin.destination}/${pin.model}`)
        const others = rest(pinned.value)
        expect(rest(plain.value).filter((name) => others.includes(name))).toEqual(others)
      }),
      { numRuns: 500 },
    ))

  test('the same facts give the same plan', () =>
    fc.assert(
      fc.property(worlds, pins, bytes, (world, pin, promptBytes) => {
        const given = { world, request: { promptBytes }, pin }
        expect(plan(given)).toEqual(plan(given))
      }),
      { numRuns: 100 },
    ))

  test('what a refused request is told is the same', () =>
    fc.assert(
      fc.property(worlds, pins, (world, pin) => {
        const impossible = { promptBytes: 400, outputTokensMax: 10_000 }
        const plain = plan({ world, request: impossible })
        const pinned = plan({ world, request: impossible, pin })
        if (plain.ok || pinned.ok) throw new Error('it was served')
        expect([pinned.error.code, removedFrom(pinned)]).toEqual([
          plain.error.code,
          removedFrom(plain),
        ])
      }),
      { numRuns: 50 },
    ))
})

const answerOf = ({ attempts }: Plan): string[] =>
  attempts.map((one) => `${one.destination}/${one.model}`)

/** The rank of each attempt's destination in the route. */
function ranks(world: World, { attempts }: Plan): (number | undefined)[] {
  const { destinations, routes } = world.policy.rulesAt(NOW_MS)
  return attempts.map((one) => routes[0]?.ranks[destinations.indexOf(one.destination)])
}
