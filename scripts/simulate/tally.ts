import type { Held, Outcome, Shard } from './leases.ts'

/** Counts what became of requests, and whether the promise was kept at every step. */
export class Tally {
  readonly #budget: number
  #served = 0
  #refused = 0
  #early = 0
  #refusedEarly = 0
  #firstRefusalAt = 1
  #rootCalls = 0
  #spent = 0
  #excess = 0
  #breach = 0

  constructor(budget: number) {
    this.#budget = budget
  }

  serve(): void {
    this.#served++
    if (this.#isEarly()) this.#early++
  }

  refuse(): void {
    if (this.#refused === 0) this.#firstRefusalAt = this.#spent / this.#budget
    this.#refused++
    if (!this.#isEarly()) return
    this.#early++
    this.#refusedEarly++
  }

  callRoot(): void {
    this.#rootCalls++
  }

  settle(posted: number, { bound }: Held): void {
    this.#spent += posted
    this.#excess += Math.max(0, posted - bound)
  }

  /** spent ≤ budget + Σ max(0, cost − bound), and so it stays whatever is settled next. */
  check(shards: readonly Shard[]): void {
    let held = 0
    for (const shard of shards) for (const { bound } of shard.held) held += bound
    this.#breach = Math.max(this.#breach, this.#spent + held - this.#budget - this.#excess)
  }

  outcome(): Outcome {
    const all = this.#served + this.#refused
    return {
      served: this.#served,
      refused: this.#refused,
      firstRefusalAt: this.#firstRefusalAt,
      refusedEarly: this.#early === 0 ? 0 : this.#refusedEarly / this.#early,
      rootCallsPerThousand: (this.#rootCalls / all) * 1000,
      spent: this.#spent,
      excess: this.#excess,
      breach: Math.max(0, this.#breach),
    }
  }

  #isEarly(): boolean {
    return this.#spent < 0.95 * this.#budget
  }
}
