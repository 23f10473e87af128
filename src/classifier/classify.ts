import type { DeclaredLabel } from '../domain/caller.ts'
import type { Classification, Finding, Unscanned } from '../domain/finding.ts'
import { join, type Label } from '../domain/label.ts'
import type { Envelope, Leaf } from '../domain/leaf.ts'
import type { TenantReadings } from './cache.ts'
import { declaredLabel, Tally } from './combine.ts'
import { detectors as defaultDetectors } from './detectors/index.ts'
import { buildEngine, type Engine } from './engine.ts'
import { ACROSS, confidenceAcross, type Junction, junctionsOf, placesOf } from './joined.ts'
import { RULES } from './levels.ts'
import { TextReader, type Find, type TextReading } from './reader.ts'
import { type Table, tableOf } from './table.ts'

/** Which detectors look, how much work they may do, what their finds mean, and what has been read before. */
export type Setup = {
  readonly engine: Engine
  readonly limits: Limits
  readonly table: Table
  /** Undefined: everything is read anew. */
  readonly readings: TenantReadings | undefined
}

export type Limits = {
  /** Work in characters looked at, per character of the request and in all. */
  readonly unitsPerCharacter: number
  readonly unitsMax: number
  /** Findings kept; the label counts all of them. */
  readonly findingsMax: number
}

/** Adversarial repeats take up to 17 units a character, ordinary prompts 1.3 (test/classifier/linear.test.ts); a body has at most 10 MB. */
export const LIMITS: Limits = {
  unitsPerCharacter: 50,
  unitsMax: 500_000_000,
  findingsMax: 1_000,
}

/** Characters that every request is given on top, so that short ones are not held to a ratio. */
const LENGTH_FREE = 1_000

const DEFAULT: Setup = {
  engine: buildEngine(Object.values(defaultDetectors)),
  limits: LIMITS,
  table: tableOf(),
  readings: undefined,
}

/**
 * How sensitive a request is: the join of what is found in it, of what its caller declares, and of how much could be
 * read. Adding text or a declaration never lowers it; whatever goes wrong makes it `unscanned`.
 */
export function classify(
  envelope: Envelope,
  declared: DeclaredLabel | readonly DeclaredLabel[] = [],
  setup: Partial<Setup> = {},
): Classification {
  return measure(envelope, declared, setup).classification
}

/** The same, and the work that it took, in characters looked at. */
export function measure(
  envelope: Envelope,
  declared: DeclaredLabel | readonly DeclaredLabel[] = [],
  setup: Partial<Setup> = {},
): { readonly classification: Classification; readonly units: number } {
  const reader = new Reader(envelope, { ...DEFAULT, ...setup })
  reader.read()
  const labels = [declared].flat().map(declaredLabel)
  const unscanned = [...envelope.opaque, ...reader.unscanned]
  const found = labels.reduce(join, reader.tally.label())
  const label: Label = unscanned.length === 0 ? found : { ...found, scan: 'unscanned' }
  return { classification: { label, findings: reader.findings, unscanned }, units: reader.units }
}

/** Reads the leaves of one request, in order, and then what may go on from one to the next. */
class Reader {
  readonly findings: Finding[] = []
  readonly unscanned: Unscanned[] = []
  readonly tally: Tally
  readonly #envelope: Envelope
  readonly #setup: Setup
  readonly #reader: TextReader

  constructor(envelope: Envelope, setup: Setup) {
    this.#envelope = envelope
    this.#setup = setup
    this.tally = new Tally(setup.table)
    let length = LENGTH_FREE
    for (const { text } of envelope.leaves) length += text.length
    const { unitsPerCharacter, unitsMax } = setup.limits
    this.#reader = new TextReader(setup.engine, Math.min(length * unitsPerCharacter, unitsMax))
  }

  get units(): number {
    return this.#reader.units
  }

  read(): void {
    let key = ''
    for (const leaf of this.#envelope.leaves) {
      const { finds, unscanned } = this.#readLeaf(leaf, key)
      const pointer = new Pointer(this.#envelope, leaf)
      for (const find of finds) {
        this.#count(find, find.confidence, () => leaf.text.slice(find.start, find.end))
        this.#keep(find, pointer, find.confidence)
      }
      if (unscanned !== undefined) this.unscanned.push({ path: pointer.path, reason: unscanned })
      if (unscanned === 'work-limit') return
      key = leaf.kind === 'key' ? leaf.text : ''
    }
    this.#readAcross()
  }

  #readLeaf(leaf: Leaf, key: string): TextReading {
    const name = this.#setup.readings?.nameOf(leaf, key)
    return this.#remembered(name, () => this.#reader.read(leaf.text, leaf.kind, key))
  }

  #readJunction(junction: Junction): TextReading {
    const name = this.#setup.readings?.nameOfJunction(junction)
    return this.#remembered(name, () => {
      if (junction.key !== '') this.#reader.read(junction.key, 'key', '')
      return this.#reader.read(junction.text, 'string', junction.key)
    })
  }

  #remembered(name: string | undefined, read: () => TextReading): TextReading {
    const { engine, readings } = this.#setup
    const known = name === undefined ? undefined : readings?.get(engine, name)
    if (known !== undefined) return known
    const reading = read()
    if (name !== undefined) readings?.set(engine, name, reading)
    return reading
  }

  #readAcross(): void {
    for (const junction of junctionsOf(this.#envelope.leaves)) {
      const { text } = junction
      const { finds, unscanned } = this.#readJunction(junction)
      for (const find of finds) {
        if (!ACROSS.has(RULES[find.rule].kind)) continue
        const places = placesOf(junction, find.start, find.end)
        const confidence = confidenceAcross(junction, find.confidence)
        if (places.length > 0) this.#count(find, confidence, () => text.slice(find.start, find.end))
        for (const { leaf, start, end } of places) {
          this.#keep({ ...find, start, end }, new Pointer(this.#envelope, leaf), confidence)
        }
      }
      const first = junction.parts[0]
      // What the leaves by themselves did not show (a run that decodes thrice) is no news here; a failure is.
      if (first !== undefined && (unscanned === 'work-limit' || unscanned === 'detector-failed')) {
        const { path } = new Pointer(this.#envelope, first.leaf)
        this.unscanned.push({ path, reason: unscanned })
        return
      }
    }
  }

  #count({ rule, jurisdictions }: Find, confidence: number, value: () => string): void {
    this.tally.add(rule, confidence, jurisdictions, value)
  }

  #keep({ rule: name, start, end, jurisdictions }: Find, at: Pointer, confidence: number): void {
    if (this.findings.length >= this.#setup.limits.findingsMax) return
    const rule = RULES[name]
    const { level, categories } = this.#setup.table.single[name]
    this.findings.push({
      kind: rule.kind,
      start,
      end,
      path: at.path,
      ...(at.isKey ? IN_KEY : undefined),
      confidence,
      level,
      categories,
      jurisdictions: [...new Set([...rule.jurisdictions, ...jurisdictions])].toSorted(),
    })
  }
}

const IN_KEY = { inKey: true } as const

/** The JSON Pointer of a leaf, made when it is first asked for. */
class Pointer {
  readonly isKey: boolean
  readonly #envelope: Envelope
  readonly #leaf: Leaf
  #path: string | undefined

  constructor(envelope: Envelope, leaf: Leaf) {
    this.#envelope = envelope
    this.#leaf = leaf
    this.isKey = leaf.kind === 'key'
  }

  get path(): string {
    return (this.#path ??= this.#envelope.pointer(this.#leaf))
  }
}
