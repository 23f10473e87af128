import fc from 'fast-check'
import { NOW_MS, report, request, type MemoryJournal } from './harness.ts'

export type Step =
  | { readonly do: 'reserve'; readonly id: number; readonly bound: number }
  | { readonly do: 'settle'; readonly id: number; readonly cost: number | null }
  | { readonly do: 'void'; readonly id: number }
  | { readonly do: 'expire'; readonly afterMs: number }

const id = fc.nat({ max: 12 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('reserve' as const), id, bound: fc.nat({ max: 400 }) }),
  fc.record({
    do: fc.constant('settle' as const),
    id,
    cost: fc.option(fc.nat({ max: 600 }), { nil: null }),
  }),
  fc.record({ do: fc.constant('void' as const), id }),
  fc.record({ do: fc.constant('expire' as const), afterMs: fc.nat({ max: 120_000 }) }),
)

export const steps = fc.array(step, { maxLength: 80 })

/** Runs steps in any order, with repeats and late reports, and answers how far actual costs exceeded their bounds. */
export function run(journal: MemoryJournal, history: readonly Step[]): bigint {
  const bounds = new Map<number, bigint>()
  let excess = 0n
  for (const at of history) {
    if (at.do === 'expire') journal.expire(NOW_MS + at.afterMs)
    else if (at.do === 'reserve') {
      const outcome = journal.reserve(
        request({ attempt: String(at.id), boundPicoUsd: String(at.bound) }),
      )
      if (outcome.do === 'append') bounds.set(at.id, BigInt(at.bound))
    } else {
      const isKnown = journal.state.reservations.has(String(at.id))
      const cost = at.do === 'void' ? null : at.cost
      const outcome = at.do === 'void' ? 'never-sent' : 'ok'
      const costPicoUsd = cost === null ? null : String(cost)
      journal.settle(report({ attempt: String(at.id), costPicoUsd, outcome }))
      const over = cost === null ? 0n : BigInt(cost) - (bounds.get(at.id) ?? 0n)
      if (isKnown && over > 0n) excess += over
    }
  }
  return excess
}
