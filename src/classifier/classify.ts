import type { DeclaredLabel } from '../domain/caller.ts'
import type { Classification, Finding, Unscanned, UnscannedReason } from '../domain/finding.ts'
import { join, type Label } from '../domain/label.ts'
import type { Envelope, Leaf } from '../domain/leaf.ts'
import { declaredLabel, Tally } from './combine.ts'
import { detectors as defaultDetectors } from './detectors/index.ts'
import { buildEngine, type Engine } from './engine.ts'
import { RULES, type RuleName } from './levels.ts'
import { Scan } from './scan.ts'
import { spanOf, VIEW_DEPTH_MAX, viewOf, type View } from './views.ts'

/** Which detectors look, and how much work they may do. */
export type Setup = { readonly engine: Engine; readonly limits: Limits }

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

const DEFAULT: Setup = { engine: buildEngine(Object.values(defaultDetectors)), limits: LIMITS }

/**
 * How sensitive a request is: the join of what is found in it, of what its caller declares, and of how much could be
 * read. Adding text or a declaration never lowers it; whatever goes wrong makes it `unscanned`.
 */
export function classify(
  envelope: Envelope,
  declared: DeclaredLabel | readonly DeclaredLabel[] = [],
  setup: Setup = DEFAULT,
): Classification {
  const reader = new Reader(envelope, setup)
  reader.read()
  const labels = [declared].flat().map(declaredLabel)
  const unscanned = [...envelope.opaque, ...reader.unscanned]
  const found = labels.reduce(join, reader.tally.label())
  const label: Label = unscanned.length === 0 ? found : { ...found, scan: 'unscanned' }
  return { label, findings: reader.findings, unscanned }
}

/** Reads the leaves of one request, in order. */
class Reader {
  readonly findings: Finding[] = []
  readonly unscanned: Unscanned[] = []
  readonly tally = new Tally()
  readonly #envelope: Envelope
  readonly #setup: Setup
  readonly #scan: Scan
  #leaf: Leaf | undefined
  /** Pointer of the leaf, once somebody has asked for it. */
  #path: string | undefined
  #view: View | undefined
  /** What has been found in this leaf, so that another view of it doesn't count it twice; undefined in most leaves. */
  #known: Set<string> | undefined

  constructor(envelope: Envelope, setup: Setup) {
    this.#envelope = envelope
    this.#setup = setup
    let length = LENGTH_FREE
    for (const { text } of envelope.leaves) length += text.length
    const { unitsPerCharacter, unitsMax } = setup.limits
    const add = this.#add.bind(this)
    this.#scan = new Scan(setup.engine, add, Math.min(length * unitsPerCharacter, unitsMax))
  }

  get units(): number {
    return this.#scan.units
  }

  read(): void {
    let key = ''
    for (const leaf of this.#envelope.leaves) {
      this.#leaf = leaf
      this.#path = undefined
      this.#known = undefined
      try {
        this.#readLeaf(leaf, key)
      } catch {
        // Nobody can vouch for a leaf in which a detector failed.
        this.#fail('detector-failed')
      }
      if (this.#scan.isExhausted) {
        this.#fail('work-limit')
        return
      }
      key = leaf.kind === 'key' ? leaf.text : ''
    }
  }

  #readLeaf({ text, kind }: Leaf, key: string): void {
    const scan = this.#scan
    this.#view = undefined
    scan.run(text, kind, key)
    const digits = kind === 'number' ? writtenOut(text) : undefined
    if (digits !== undefined) this.#readView(digits, kind, key)
    for (let depth = 0; depth < VIEW_DEPTH_MAX && !scan.isExhausted; depth++) {
      const view = viewOf(scan, this.#view)
      if (view === undefined) return
      this.#readView(view, kind, key)
    }
  }

  #readView(view: View, kind: Leaf['kind'], key: string): void {
    this.#known ??= new Set(this.findings.filter(({ path }) => path === this.#path).map(keyOf))
    this.#view = view
    this.#scan.spend(view.text.length)
    this.#scan.run(view.text, kind, key)
  }

  #add(
    name: RuleName,
    start: number,
    end: number,
    confidence: number,
    jurisdictions: readonly string[],
  ): void {
    this.tally.add(name, confidence, jurisdictions)
    if (this.findings.length >= this.#setup.limits.findingsMax) return
    const rule = RULES[name]
    const [from, to] = this.#view === undefined ? [start, end] : spanOf(this.#view, start, end)
    const finding: Finding = {
      kind: rule.kind,
      start: from,
      end: to,
      path: this.#pathOf(),
      ...(this.#leaf?.kind === 'key' ? IN_KEY : undefined),
      confidence,
      level: rule.level,
      categories: rule.categories,
      jurisdictions: [...new Set([...rule.jurisdictions, ...jurisdictions])].toSorted(),
    }
    if (this.#known?.has(keyOf(finding)) === true) return
    this.#known?.add(keyOf(finding))
    this.findings.push(finding)
  }

  #pathOf(): string {
    if (this.#leaf === undefined) return ''
    return (this.#path ??= this.#envelope.pointer(this.#leaf))
  }

  #fail(reason: UnscannedReason): void {
    this.unscanned.push({ path: this.#pathOf(), reason })
  }
}

const IN_KEY = { inKey: true } as const

const keyOf = ({ kind, start, end }: Finding): string => `${kind}:${start}:${end}`

/** A whole number with an exponent (`4.1e15`) as its digits, each of which stands for all of it. */
function writtenOut(text: string): View | undefined {
  if (!/[eE]/.test(text)) return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value)) return undefined
  const pieces = { at: [0], from: [0], width: [text.length] }
  return { text: String(value), pieces, outer: undefined }
}
