import { createHash } from 'node:crypto'
import type { Leaf } from '../domain/leaf.ts'
import type { Engine } from './engine.ts'
import type { Junction } from './joined.ts'
import type { TextReading } from './reader.ts'

/** Shorter texts are read quicker than their hash is made. */
const LENGTH_MIN = 256
/** A text with more finds is not kept: the cache holds small things only. */
const FINDS_MAX = 200
/** An entry counts one and one for each find. Both take about 0.25 KB, so that a full cache takes 5 MB of an isolate's 128. */
const WEIGHT_MAX = 20_000

/**
 * What texts said that have been read before, so that the beginning of a long conversation is not read again at every
 * turn. Holds no text: names are keyed hashes, finds are kinds and places.
 */
export class ReadingCache {
  readonly #weightMax: number
  #weight = 0
  /** Oldest use first. */
  readonly #entries = new Map<string, TextReading>()
  #engine: Engine | undefined

  constructor(weightMax: number = WEIGHT_MAX) {
    this.#weightMax = weightMax
  }

  /** The cache as one tenant sees it: under its own secret, so that nobody can learn from it what others have sent. */
  for(secret: string): TenantReadings {
    return {
      nameOf: ({ text, kind }, key) =>
        text.length < LENGTH_MIN ? undefined : nameOf(secret, kind, text, key),
      nameOfJunction: ({ text, key }) => nameOf(secret, 'junction', text, key),
      get: (engine, name) => this.#get(engine, name),
      set: (engine, name, reading) => this.#set(engine, name, reading),
    }
  }

  #get(engine: Engine, name: string): TextReading | undefined {
    if (engine !== this.#engine) return undefined
    const found = this.#entries.get(name)
    if (found === undefined) return undefined
    this.#entries.delete(name)
    this.#entries.set(name, found)
    return found
  }

  #set(engine: Engine, name: string, reading: TextReading): void {
    if (reading.finds.length > FINDS_MAX || isPassing(reading)) return
    if (engine !== this.#engine) this.#clear()
    this.#engine = engine
    this.#drop(name)
    this.#entries.set(name, reading)
    this.#weight += weightOf(reading)
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#weightMax) break
      this.#drop(oldest)
    }
  }

  #drop(name: string): void {
    const dropped = this.#entries.get(name)
    if (dropped === undefined) return
    this.#entries.delete(name)
    this.#weight -= weightOf(dropped)
  }

  #clear(): void {
    this.#entries.clear()
    this.#weight = 0
  }
}

const weightOf = ({ finds }: TextReading): number => 1 + finds.length

/** Readings under other rules (another engine) are forgotten. A name is undefined where keeping is not worth it. */
export type TenantReadings = {
  readonly nameOf: (leaf: Leaf, key: string) => string | undefined
  readonly nameOfJunction: (junction: Pick<Junction, 'text' | 'key'>) => string
  readonly get: (engine: Engine, name: string) => TextReading | undefined
  readonly set: (engine: Engine, name: string, reading: TextReading) => void
}

/** Not of the text alone: another time it may be read to the end. */
const isPassing = ({ unscanned }: TextReading): boolean =>
  unscanned === 'work-limit' || unscanned === 'detector-failed'

/** All that a reading depends on: the text, what kind of leaf it is, and the key before it. */
const nameOf = (secret: string, kind: string, text: string, key: string): string =>
  createHash('sha256')
    .update(`${secret.length}:${secret}${kind}:${key.length}:${key}`)
    .update(text)
    .digest('base64')
