import type { Bundle } from '../../src/policy/schema.ts'
import type { World } from '../../src/router/world.ts'
import { answerLine } from '../commands/decide.ts'
import type { Share } from './score.ts'
import type { EvalSet, Row } from './sets.ts'

/** What becomes of texts of one set whose sender asks for a model of a closed API, under a policy. */
export type Routing = {
  readonly set: string
  /** Sensitive texts that would be sent there as they are: leaks. */
  readonly leaked: Share
  /** Ordinary texts that would be kept from it. */
  readonly kept: Share
}

/** Kinds that the default policy keeps at home, and document labels of the same rank. */
const STRICT = new Set([
  'card',
  'us_ssn',
  'national_id',
  'passport',
  'driver_license',
  'secret',
  'health',
])

const isSensitive = ({ doc, spans }: Row): boolean =>
  doc.some((label) => STRICT.has(label)) || spans.some(({ kind }) => STRICT.has(kind))

/** Sets of which no text is anybody's: negatives, and questions about illness in general. */
const isOrdinary = ({ group, name }: EvalSet): boolean =>
  group === 'negatives' || name.startsWith('medquad')

/** Sets that hold numbers without any context, or strings that only some rule should find. */
const LEFT_OUT = new Set(['recognizers', 'stdnum-js-numbers', 'secrets-neg'])

/** Rows of each set that are decided on: enough for a share, and quick. */
const ROWS_MAX = 400

/** Asks for a closed model with each text, and counts where the texts would go. */
export function measureRouting(
  sets: readonly EvalSet[],
  bundle: Bundle,
  world: World,
): readonly Routing[] {
  const closed = new Set(
    bundle.destinations.filter(({ facts }) => facts.class === 'closed').map(({ id }) => id),
  )
  const model = bundle.models.find(({ offers }) =>
    offers.some(({ destination }) => closed.has(destination)),
  )?.id
  if (model === undefined) return []
  const goesOut = ({ text }: Row): boolean => {
    const body = { model, messages: [{ role: 'user', content: text }] }
    const line = JSON.stringify({ id: 1, surface: 'openai-chat', body })
    const { attempts = [] }: Answer = answerLine(line, world)
    return attempts.some(({ destination, form }) => closed.has(destination) && form === 'raw')
  }
  return sets
    .filter(({ name }) => !LEFT_OUT.has(name))
    .map((set) => {
      const sensitive = set.rows.filter(isSensitive).slice(0, ROWS_MAX)
      const ordinary = isOrdinary(set) ? set.rows.slice(0, ROWS_MAX) : []
      return {
        set: set.name,
        leaked: { hits: sensitive.filter(goesOut).length, of: sensitive.length },
        kept: { hits: ordinary.filter((row) => !goesOut(row)).length, of: ordinary.length },
      }
    })
    .filter(({ leaked, kept }) => leaked.of + kept.of > 0)
}

type Answer = {
  readonly attempts?: readonly { readonly destination: string; readonly form: string }[]
}
