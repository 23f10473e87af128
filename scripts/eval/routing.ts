import type { Bundle } from '../../src/policy/schema.ts'
import type { World } from '../../src/router/world.ts'
import { answerLine } from '../commands/decide.ts'
import { healthyWorld } from '../lib/offline-world.ts'
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

/** Which texts reach a closed model as they are, if it is asked for by name; undefined if the policy knows none. */
function gateOf(bundle: Bundle, world: World): ((row: Row) => boolean) | undefined {
  const closed = new Set(
    bundle.destinations.filter(({ facts }) => facts.class === 'closed').map(({ id }) => id),
  )
  const model = bundle.models.find(({ offers }) =>
    offers.some(({ destination }) => closed.has(destination)),
  )?.id
  if (model === undefined) return undefined
  return ({ text }) => {
    const body = { model, messages: [{ role: 'user', content: text }] }
    const line = JSON.stringify({ id: 1, surface: 'openai-chat', body })
    const { attempts = [] }: Answer = answerLine(line, world)
    return attempts.some(({ destination, form }) => closed.has(destination) && form === 'raw')
  }
}

/** Asks for a closed model with each text, and counts where the texts would go. */
export function measureRouting(
  sets: readonly EvalSet[],
  bundle: Bundle,
  world: World,
): readonly Routing[] {
  const goesOut = gateOf(bundle, world)
  if (goesOut === undefined) return []
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

/** What becomes of texts in which nothing but somebody's name is marked, now and if a name alone counted as personal data. */
export type NameRouting = {
  readonly sent: Share
  readonly sentIfPersonal: Share
  readonly keptIfPersonal: Share
}

/** Marks that say nothing of a person by themselves. */
const ASIDE = new Set(['title', 'location', 'organization', 'nrp', 'url'])
/** Sets of texts, some of which hold a name and nothing else of anybody. */
const NAMED = new Set(['presidio-generated-large', 'sgd', 'uner-ewt-dev'])

const isNameAlone = ({ spans }: Row): boolean =>
  spans.some(({ kind }) => kind === 'person') &&
  spans.every(({ kind }) => kind === 'person' || ASIDE.has(kind))

export function measureNames(sets: readonly EvalSet[], bundle: Bundle, nowMs: number): NameRouting {
  const goesOut = gateOf(bundle, healthyWorld(bundle, nowMs))
  const personal = withPersonalNames(bundle)
  const goesOutIfPersonal = gateOf(personal, healthyWorld(personal, nowMs))
  const named = sets
    .filter(({ name }) => NAMED.has(name))
    .flatMap(({ rows }) => rows.filter(isNameAlone).slice(0, ROWS_MAX))
  const ordinary = sets.filter(isOrdinary).flatMap(({ rows }) => rows.slice(0, ROWS_MAX))
  return {
    sent: shareOf(named, (row) => goesOut?.(row) === true),
    sentIfPersonal: shareOf(named, (row) => goesOutIfPersonal?.(row) === true),
    keptIfPersonal: shareOf(ordinary, (row) => goesOutIfPersonal?.(row) === false),
  }
}

const shareOf = (rows: readonly Row[], test: (row: Row) => boolean): Share => ({
  hits: rows.filter(test).length,
  of: rows.length,
})

/** The policy with the one row of `labels.yaml` changed that decides on names. */
function withPersonalNames(bundle: Bundle): Bundle {
  const { table } = bundle.labels
  if (table === undefined) return bundle
  const findings = table.findings.map((row): (typeof table.findings)[number] =>
    row.find === 'person' ? { ...row, categories: ['pii'] } : row,
  )
  return { ...bundle, labels: { ...bundle.labels, table: { ...table, findings } } }
}

type Answer = {
  readonly attempts?: readonly { readonly destination: string; readonly form: string }[]
}
