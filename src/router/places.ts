import { ESSENTIAL_FEATURES, type Feature } from '../domain/features.ts'
import { EMBEDDINGS_WIRES, type RequestFacts } from '../domain/request.ts'
import type { RequestAttributes } from '../policy/conditions.ts'
import { evaluate, type Rules, type Verdict } from '../policy/evaluate.ts'
import { type CompiledOffer, essentialBits } from './compile.ts'
import type { Place } from './candidates.ts'
import type { Adapter, World } from './world.ts'

/** What the policy says of both forms of a request. */
export type Verdicts = {
  readonly raw: Verdict
  /** Undefined unless an obligation demands redaction. */
  readonly redacted: Verdict | undefined
}

/** Evaluates the rules on what came and, where redaction is demanded, on what remains after it. */
export function judgeForms(
  rules: Rules,
  request: RequestAttributes,
  redactedLabel: (kinds: readonly string[]) => RequestAttributes['label'],
): Verdicts {
  const raw = evaluate(rules, request)
  const { redact } = raw.obligations
  if (redact.length === 0) return { raw, redacted: undefined }
  return { raw, redacted: evaluate(rules, { ...request, label: redactedLabel(redact) }) }
}

/**
 * Judges a destination for one request. Zone `own` gets the request as it came; a third party gets it redacted if an obligation demands
 * that, and is then judged, and ranked, as for the request that remains.
 */
export function placeOf(
  offer: CompiledOffer,
  request: RequestFacts,
  rules: Rules,
  verdicts: Verdicts,
  world: World,
): Place {
  const { destination, destinationAt, adapter: name } = offer
  const isOwn = rules.facts[destinationAt]?.zone === 'own'
  const verdict = isOwn ? verdicts.raw : (verdicts.redacted ?? verdicts.raw)
  const rank = verdict.route?.ranks[destinationAt] ?? -1
  const adapter = Object.hasOwn(world.adapters, name) ? world.adapters[name] : undefined
  const unspoken = adapter?.speaks?.[request.surface]?.unsupported ?? adapter?.unsupported ?? []
  const availability = world.availability(destination)
  const asked = request.features.filter((one) => unspoken.includes(one) && !isEssential(one))
  return {
    form: verdict === verdicts.raw ? 'raw' : 'redacted',
    rank,
    configured: !isSpokenTo(adapter, request)
      ? 'adapter'
      : availability === 'unconfigured'
        ? 'unconfigured'
        : 'yes',
    unableBits: essentialBits(unspoken),
    unsupported: isOwn ? asked : [...asked, ...request.unknownFields],
    forbiddenBy: forbiddenBy(verdict, destinationAt, rank, world.ownZoneOnly && !isOwn),
    isCooling: availability === 'cooling',
    isOwn,
  }
}

/** There is code that speaks to it about what is asked; what cannot be counted there is estimated. */
const isSpokenTo = (adapter: Adapter | undefined, { operation }: RequestFacts): boolean =>
  adapter !== undefined &&
  (operation !== 'embeddings' ||
    EMBEDDINGS_WIRES.some((name) => adapter.speaks?.[name] !== undefined))

const NOTHING: readonly string[] = []

/** Guardrails, if there are any; else the route that leaves it out; else safe mode. */
function forbiddenBy(
  { removedBy, route }: Verdict,
  destinationAt: number,
  rank: number,
  isUnsafe: boolean,
): readonly string[] {
  const guardrails = removedBy[destinationAt]
  if (guardrails !== undefined) return guardrails
  if (rank < 0) return [route?.id ?? 'no-route']
  return isUnsafe ? ['safe-mode'] : NOTHING
}

const ESSENTIAL: ReadonlySet<Feature> = new Set(ESSENTIAL_FEATURES)
const isEssential = (feature: Feature): boolean => ESSENTIAL.has(feature)
