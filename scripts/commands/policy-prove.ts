import { parse } from 'yaml'
import { type ClaimVerdict, proveClaims } from '../../src/policy/analyze/claims.ts'
import {
  type AnalysisOptions,
  type Claim,
  scopeSentences,
} from '../../src/policy/analyze/ground.ts'
import { parseBundle } from '../../src/policy/bundle.ts'
import { parseClaim } from '../../src/policy/parse-sentence.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { report } from '../lib/policy-report.ts'

export type ProveOptions = {
  readonly json: boolean
  readonly atMs: number
  readonly analysis: AnalysisOptions
  /** A claim as a sentence, YAML or JSON, or the id of an invariant; without it all invariants are proved. */
  readonly claim: string | undefined
}

/** Proves or refutes the invariants of a policy, or one claim about it. @throws Error if the claim is none, or there is no exact answer. */
export function prove(bundle: Bundle, { json, atMs, analysis, claim }: ProveOptions): number {
  const claims = claim === undefined ? bundle.invariants : [readClaim(bundle, claim)]
  if (claims.length === 0)
    throw new Error('there are no invariants to prove; give one with --claim')
  const proof = proveClaims(bundle, claims, atMs, analysis)
  if (!proof.ok) throw new Error(proof.error.message)
  const { verdicts, scope } = proof.value
  const refuted = verdicts.filter(({ outcome }) => outcome === 'refuted')
  return report(refuted.length === 0, json ? verdicts.flatMap(refutationOf) : [], {
    json,
    print: console.log,
    extra: {
      proved: verdicts.filter((one) => one.outcome === 'proved').map(({ id }) => id),
      scope,
    },
    closing: [...verdicts.map(sentenceOf), ...scopeSentences(scope)],
  })
}

function refutationOf(verdict: ClaimVerdict) {
  if (verdict.outcome === 'proved') return []
  const { id, sentence, counterexample, because, example } = verdict
  return [
    {
      severity: 'error' as const,
      rule: id,
      problem: `"${sentence}" does not hold: ${counterexample} (${because})`,
      witness: example,
    },
  ]
}

function sentenceOf(verdict: ClaimVerdict): string {
  const { id, sentence, outcome } = verdict
  if (outcome === 'proved')
    return `proved   ${id}: ${sentence}${verdict.isEmpty ? ' (About nothing that exists today.)' : ''}`
  const { counterexample, because, example } = verdict
  return `REFUTED  ${id}: ${sentence}\n         But ${counterexample} (${because}).\n         For example: ${JSON.stringify(example)}`
}

const ACCEPTED =
  'a claim is the id of an invariant, a sentence such as "Never send restricted data to any destination.", or YAML such as "{ when: { level: [restricted] }, never: { zone: third-party } }"'

function readClaim(bundle: Bundle, text: string): Claim {
  const known = bundle.invariants.find(({ id }) => id === text)
  if (known !== undefined) return known
  if (text.startsWith('Never ')) {
    const read = parseClaim(text, bundle)
    if (!read.ok) throw new Error(`--claim: ${read.error}`)
    return { id: 'claim', ...read.value }
  }
  const written = parseYaml(text)
  if (typeof written !== 'object' || written === null) throw new Error(`--claim: ${ACCEPTED}`)
  // It is checked like any invariant of the policy, names included.
  const claim = { id: 'claim', owner: 'you', because: 'asked', ...written }
  const checked = parseBundle({ ...bundle, invariants: [claim] })
  const [read] = checked.ok ? checked.value.invariants : []
  if (checked.ok && read !== undefined) return read
  const problems = checked.ok ? [] : checked.error
  const lines = problems.map(
    ({ path, problem }) => `--claim: ${path.slice(2).join('.')}: ${problem}`,
  )
  throw new Error([...lines, ACCEPTED].join('\n'))
}

function parseYaml(text: string): unknown {
  try {
    return parse(text)
  } catch {
    throw new Error(`--claim is not YAML; ${ACCEPTED}`)
  }
}
