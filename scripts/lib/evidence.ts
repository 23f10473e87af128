import * as z from 'zod'
import { err, ok, type Result } from '../../src/domain/result.ts'
import { parseVerifierKey, type VerifierKey } from '../../src/encoding/signed-note.ts'
import { parseProof, verifyProof } from '../../src/encoding/tlog-proof.ts'
import { entryHash } from '../../src/journal/chain.ts'
import { leafOf } from '../../src/ledger/audit-tree.ts'

const Entry = z.object({
  seq: z.int().positive(),
  prevHash: z.string(),
  hash: z.string(),
  body: z.string(),
  proof: z.string().optional(),
})
type Entry = z.infer<typeof Entry>

/** What `GET /v1/decisions/{id}` answers, as far as it can be checked. */
const DecisionFile = z.object({
  id: z.string(),
  journal: z.array(Entry).min(1),
  verifierKey: z.string().optional(),
})

/** What `GET /admin/api/audit/pack` answers. */
const PackFile = z.object({
  format: z.literal('demarc-evidence@v1'),
  verifierKey: z.string(),
  entries: z.array(Entry).min(1),
  /** Of the last entry. */
  proof: z.string(),
})

/** What was checked, in sentences, and what does not hold. */
export type Verdict = { readonly shown: readonly string[]; readonly problems: readonly string[] }

/**
 * Checks a receipt or a pack of evidence, without asking anybody.
 *
 * `trusted` are the keys that the person who asks has from elsewhere; without any, the file's own key is used, which only
 * shows that the file agrees with itself.
 */
export function verifyEvidence(text: string, trusted: readonly string[]): Result<Verdict, string> {
  const json = parseJson(text)
  const decision = DecisionFile.safeParse(json)
  const pack = PackFile.safeParse(json)
  if (!decision.success && !pack.success) {
    return err(
      'this is neither an answer of GET /v1/decisions/{id} nor of GET /admin/api/audit/pack',
    )
  }
  const named = pack.success ? pack.data.verifierKey : decision.data?.verifierKey
  const keys = readKeys(trusted.length > 0 ? trusted : named === undefined ? [] : [named])
  if (!keys.ok) return keys
  const verdict = new Checker(keys.value)
  if (trusted.length === 0)
    verdict.show(`checked with the key in the file itself: pass --key to use one that you trust`)
  if (pack.success) verdict.checkPack(pack.data.entries, pack.data.proof)
  else if (decision.success) verdict.checkDecision(decision.data.id, decision.data.journal)
  return ok(verdict)
}

function readKeys(texts: readonly string[]): Result<VerifierKey[], string> {
  const keys: VerifierKey[] = []
  for (const text of texts) {
    const key = parseVerifierKey(text)
    if (key === undefined) return err(`${text} is no verifier key (name+hash+key)`)
    keys.push(key)
  }
  return keys.length === 0 ? err('the file names no key: pass --key') : ok(keys)
}

class Checker implements Verdict {
  readonly shown: string[] = []
  readonly problems: string[] = []
  readonly #keys: readonly VerifierKey[]

  constructor(keys: readonly VerifierKey[]) {
    this.#keys = keys
  }

  show(sentence: string): void {
    this.shown.push(sentence)
  }

  checkDecision(id: string, entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (!this.#checkEntry(entry)) continue
      if (decisionOf(entry) !== id)
        this.problems.push(`entry ${entry.seq} is about another decision`)
      if (entry.proof === undefined)
        this.problems.push(`entry ${entry.seq} has no proof yet: ask for it again in a minute`)
      else this.#checkProof(entry, entry.proof)
    }
  }

  checkPack(entries: readonly Entry[], proof: string): void {
    let isWhole = true
    for (const [at, entry] of entries.entries()) {
      isWhole = this.#checkEntry(entry) && isWhole
      const before = entries[at - 1]
      if (before === undefined) continue
      if (entry.seq !== before.seq + 1 || entry.prevHash !== before.hash) {
        this.problems.push(`entry ${entry.seq} does not follow upon entry ${before.seq}`)
        isWhole = false
      }
    }
    const [first] = entries
    const last = entries.at(-1)
    if (first === undefined || last === undefined) return
    if (isWhole)
      this.show(`entries ${first.seq} to ${last.seq} are whole and follow one upon the other`)
    this.#checkProof(last, proof)
  }

  #checkEntry({ seq, prevHash, body, hash }: Entry): boolean {
    if (entryHash(prevHash, body) === hash && seqOf(body) === seq) return true
    this.problems.push(`entry ${seq} is not what was hashed`)
    return false
  }

  #checkProof({ seq, hash }: Entry, text: string): void {
    const proof = parseProof(text)
    if (proof === undefined)
      return void this.problems.push(`the proof of entry ${seq} cannot be read`)
    if (proof.index !== seq - 1) return void this.problems.push(`the proof is not of entry ${seq}`)
    const verified = verifyProof(leafOf(hash), proof, this.#keys)
    if (!verified.ok) return void this.problems.push(`entry ${seq}: ${verified.error}`)
    const { origin, size } = verified.value
    this.show(`entry ${seq} is in the log ${origin} as of ${size} entries`)
  }
}

const decisionOf = ({ body }: Entry): unknown => fieldOf(body, 'decision')
const seqOf = (body: string): unknown => fieldOf(body, 'seq')

function fieldOf(body: string, name: string): unknown {
  const json = parseJson(body)
  return typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
