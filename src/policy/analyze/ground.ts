import { err, ok, type Result } from '../../domain/result.ts'
import type { Bundle, Invariant } from '../schema.ts'
import { timesOf } from './calendar.ts'
import { dayOf } from './box-words.ts'
import { Diagram, DiagramTooLarge } from './diagram.ts'
import { type Model, modelOf } from './model.ts'
import type { Ground } from './sets.ts'
import { spaceOf } from './space.ts'

/** What somebody says that no version of the policy may allow. */
export type Claim = Pick<Invariant, 'id' | 'when' | 'never'>

/** How often the classifier finds what is there, as measured; from 0 to 1, by kind or category. */
export type Recall = {
  readonly measuredOn: string
  readonly recall: Readonly<Record<string, number>>
}

export type AnalysisOptions = {
  /** Nodes that the diagram may have: about 40 bytes each. */
  readonly nodesMax?: number | undefined
  readonly recall?: Recall | undefined
}

/** What a proof is about, and what it takes for granted. Goes with every answer. */
export type Scope = {
  /** First day it is about; it holds from then on. */
  readonly from: string
  /** Points of the space that was searched, and nodes that it took. */
  readonly cells: number
  readonly nodes: number
  readonly recall: Recall | undefined
}

/** The analysis gave up. It says nothing about the policy, neither good nor bad. */
export type TooLarge = { readonly code: 'too-large'; readonly message: string }

/** Enough for a thousand rules on twenty attributes, and within the memory of a Worker. */
const NODES_MAX = 2_000_000

type Grounded = {
  readonly ground: Ground
  readonly models: readonly Model[]
  readonly times: readonly number[]
  readonly scope: () => Scope
}

/** Compiles policies into one space and answers a question about them, or says that they are too large for an exact answer. */
export function onGround<T>(
  bundles: readonly Bundle[],
  claims: readonly Claim[],
  atMs: number,
  { nodesMax = NODES_MAX, recall }: AnalysisOptions,
  answer: (grounded: Grounded) => T,
): Result<T, TooLarge> {
  const times = timesOf(
    bundles,
    claims.map(({ never }) => never),
    atMs,
  )
  const space = spaceOf(
    bundles,
    claims.map(({ when }) => when),
    times,
  )
  const sizes = space.variables.map(({ values }) => values.length)
  const diagram = new Diagram(sizes, nodesMax)
  const ground = { space, diagram }
  try {
    const models = bundles.map((bundle) => modelOf(ground, bundle, times))
    const scope = (): Scope => ({
      from: dayOf(atMs),
      cells: sizes.reduce((product, size) => product * size, 1),
      nodes: diagram.nodeCount,
      recall,
    })
    return ok(answer({ ground, models, times, scope }))
  } catch (error) {
    if (!(error instanceof DiagramTooLarge)) throw error
    return err({
      code: 'too-large',
      message:
        `An exact answer needs more than ${nodesMax} nodes, so there is none: nothing is claimed about this policy. ` +
        'Rules that name fewer attributes together need fewer; or allow more nodes.',
    })
  }
}

/** The scope in sentences, to be printed beside every proof. */
export function scopeSentences({ from, cells, nodes, recall }: Scope): readonly string[] {
  return [
    `Scope: every request, destination, form and day from ${from} on: ${cells.toExponential(1)} cases, ${nodes} nodes, none left out.`,
    'It is about the policy and the facts in destinations.yaml. It assumes that the label is right, that the facts are true, and that the edge itself, which decrypts and classifies, may see the text.',
    recall === undefined
      ? "How often the label is right: the classifier's measured recall was not given."
      : `How often the label is right: recall measured on ${recall.measuredOn}: ${Object.entries(
          recall.recall,
        )
          .map(([kind, share]) => `${kind} ${(share * 100).toFixed(1)} %`)
          .join(', ')}.`,
  ]
}
