import type { Result } from '../../domain/result.ts'
import { compileDestinationCondition } from '../conditions.ts'
import type { Bundle } from '../schema.ts'
import { invariantSentence } from '../sentence.ts'
import { caseAround, type Example, sayMayGo, soonestPoint } from './cases.ts'
import { type Node, NOTHING } from './diagram.ts'
import type { Finding } from './findings.ts'
import { whyPermitted } from './findings.ts'
import { type AnalysisOptions, type Claim, onGround, type Scope, type TooLarge } from './ground.ts'
import { type Model, today } from './model.ts'
import { placeSet, requestSet } from './sets.ts'

/** What became of one claim: proved over the whole space, or refuted by a request. */
export type ClaimVerdict = {
  readonly id: string
  readonly sentence: string
} & (
  | {
      readonly outcome: 'proved'
      /** No destination of the catalogue is what it speaks of today: it says nothing yet. */
      readonly isEmpty: boolean
    }
  | {
      readonly outcome: 'refuted'
      /** In words, for all requests like it: "restricted data may go to openai". */
      readonly counterexample: string
      readonly because: string
      readonly example: Example
    }
)

export type Proof = { readonly verdicts: readonly ClaimVerdict[]; readonly scope: Scope }

/** Proves or refutes claims about a policy, for every day from `atMs` on. */
export const proveClaims = (
  bundle: Bundle,
  claims: readonly Claim[],
  atMs: number,
  options: AnalysisOptions = {},
): Result<Proof, TooLarge> =>
  onGround([bundle], claims, atMs, options, ({ models, scope }) => ({
    verdicts: models.flatMap((model) => claims.map((claim) => judge(model, claim))),
    scope: scope(),
  }))

export function judge(model: Model, claim: Claim): ClaimVerdict {
  const { diagram, bundle, permitted, facts } = model
  const groups = bundle.attributes.countryGroups
  const sentence = invariantSentence(claim, groups)
  const places = placeSet(model, facts, compileDestinationCondition(claim.never, groups))
  // A request that nobody could read may hold what the claim is about.
  const requests = requestSet(model, claim.when, groups, 'worst')
  const broken: Node = diagram.all([permitted, requests, places])
  const point = soonestPoint(model, broken)
  const found = point === undefined ? undefined : caseAround(model, point, broken)
  if (broken === NOTHING || point === undefined || found === undefined)
    return {
      id: claim.id,
      sentence,
      outcome: 'proved',
      isEmpty: today(model, diagram.and(requests, places)) === NOTHING,
    }
  return {
    id: claim.id,
    sentence,
    outcome: 'refuted',
    counterexample: sayMayGo(found),
    because: whyPermitted(model, point),
    example: found.example,
  }
}

/** A verdict as a finding; undefined if there is nothing to say. */
export function claimFinding(verdict: ClaimVerdict): Finding | undefined {
  const { id, sentence } = verdict
  if (verdict.outcome === 'refuted') {
    const { counterexample, because, example } = verdict
    return {
      kind: 'invariant-refuted',
      severity: 'error',
      rule: id,
      problem: `${id} does not hold. It says: "${sentence}" But ${counterexample} (${because}).`,
      witness: example,
    }
  }
  if (!verdict.isEmpty) return undefined
  return {
    kind: 'invariant-empty',
    severity: 'note',
    rule: id,
    problem: `${id} holds only because it is about nothing: no request or no destination of today's catalogue is what it speaks of.`,
    witness: null,
  }
}
