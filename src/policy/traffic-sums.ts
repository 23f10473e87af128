import { grown } from './traffic-texts.ts'
import type { AttributeVector, TrafficGroup } from './traffic.ts'

/** Places of a record's numbers. */
export const COST = 0
export const COUNT = 1
export const INPUT = 2
export const OUTPUT = 3
const FIGURES = 4

/** One more cost of 15 digits still fits under 2^53. */
const SAFE_SUM = Number.MAX_SAFE_INTEGER - 1e15

/** Sums of records by vector and destination, which are given by their numbers. */
export class Sums {
  #figures = new Float64Array(FIGURES << 10)
  #vectors = new Int32Array(1 << 10)
  #destinations = new Int32Array(1 << 10)
  /** The next group of the same vector, or 0: a vector has few. Groups are counted from 1. */
  #next = new Int32Array(1 << 10)
  #first = new Int32Array(1 << 10)
  #count = 1
  /** What went over 2^53, by group. */
  readonly #large = new Map<number, bigint>()

  add(vector: number, destination: number, figures: Float64Array): void {
    const at = this.at(vector, destination) * FIGURES
    const sums = this.#figures
    sums[at + COUNT] = (sums[at + COUNT] ?? 0) + (figures[COUNT] ?? 0)
    sums[at + INPUT] = (sums[at + INPUT] ?? 0) + (figures[INPUT] ?? 0)
    sums[at + OUTPUT] = (sums[at + OUTPUT] ?? 0) + (figures[OUTPUT] ?? 0)
    const cost = (sums[at + COST] ?? 0) + (figures[COST] ?? 0)
    sums[at + COST] = cost
    if (cost > SAFE_SUM) this.#carry(at / FIGURES)
  }

  /** The same of a record whose cost may have any number of digits. */
  addExact(group: number, figures: readonly number[], costPicoUsd: bigint): void {
    const at = group * FIGURES
    for (const figure of [COUNT, INPUT, OUTPUT]) {
      this.#figures[at + figure] = (this.#figures[at + figure] ?? 0) + (figures[figure] ?? 0)
    }
    this.#large.set(group, (this.#large.get(group) ?? 0n) + costPicoUsd)
  }

  /** The group of a vector and a destination. */
  at(vector: number, destination: number): number {
    let group = vector < this.#first.length ? (this.#first[vector] ?? 0) : 0
    while (group !== 0 && this.#destinations[group] !== destination) group = this.#next[group] ?? 0
    return group === 0 ? this.#add(vector, destination) : group
  }

  groups(
    vectors: readonly AttributeVector[],
    destinations: readonly (string | null)[],
  ): readonly TrafficGroup[] {
    const groups: TrafficGroup[] = []
    for (let group = 1; group < this.#count; group++) {
      const attributes = vectors[this.#vectors[group] ?? 0]
      if (attributes === undefined) throw new RangeError('a group of no vector')
      const at = group * FIGURES
      const [count = 0, input = 0, output = 0] = this.#figures.subarray(at + COUNT, at + FIGURES)
      const cost = BigInt(this.#figures[at + COST] ?? 0) + (this.#large.get(group) ?? 0n)
      groups.push({
        attributes,
        destination: destinations[this.#destinations[group] ?? 0] ?? null,
        count,
        tokens: { input, output },
        costPicoUsd: cost,
      })
    }
    return groups
  }

  #carry(group: number): void {
    const at = group * FIGURES + COST
    this.#large.set(group, (this.#large.get(group) ?? 0n) + BigInt(this.#figures[at] ?? 0))
    this.#figures[at] = 0
  }

  #add(vector: number, destination: number): number {
    const group = this.#count++
    if (group >= this.#next.length) {
      const length = 2 * group
      this.#figures = grown(this.#figures, new Float64Array(FIGURES * length))
      this.#vectors = grown(this.#vectors, new Int32Array(length))
      this.#destinations = grown(this.#destinations, new Int32Array(length))
      this.#next = grown(this.#next, new Int32Array(length))
    }
    while (vector >= this.#first.length)
      this.#first = grown(this.#first, new Int32Array(2 * this.#first.length))
    this.#vectors[group] = vector
    this.#destinations[group] = destination
    this.#next[group] = this.#first[vector] ?? 0
    this.#first[vector] = group
    return group
  }
}
