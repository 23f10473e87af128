import type { Hedge } from '../domain/plan.ts'
import type { Groups } from './conditions.ts'
import type { Bundle, Guardrail, Invariant, Obligation, Route, Waiver, Window } from './schema.ts'
import { both, dataPhrase, destinationPhrase, either, kindWords } from './words.ts'

/** A guardrail as one English sentence, made from the rule itself, so that what people approve is what runs. */
export const guardrailSentence = (rule: Guardrail, groups: Groups): string =>
  `${neverSentence(rule, groups)}${afterwards(rule)}`

/** An invariant, or any other claim, as one English sentence. */
export const invariantSentence = (
  claim: Pick<Invariant, 'when' | 'never'>,
  groups: Groups,
): string => neverSentence(claim, groups)

/** A route as one English sentence. */
export function routeSentence(rule: Route, groups: Groups): string {
  const { when, prefer, quality, hedge } = rule
  const ranks = prefer.map((rank) => targetPhrase(Array.isArray(rank) ? rank : [rank]))
  const least =
    quality === undefined
      ? ''
      : `, with a model of at least ${quality} quality where none is asked for`
  const second = hedge === undefined ? '' : ` ${hedgeSentence(hedge)}`
  return `Send ${dataPhrase(when, groups)} to ${ranks.join(', else to ')}${least}.${second}${afterwards(rule)}`
}

/** A route that hedges says so in a sentence of its own. */
const hedgeSentence = ({ afterMs, maxAttempts }: Hedge): string =>
  `Ask ${maxAttempts === 2 ? 'another one' : 'up to two others'} of these as well where no answer has begun after ${afterMs} ms.`

/** An obligation as one English sentence. */
export const obligationSentence = (rule: Obligation, groups: Groups): string =>
  `${demandSentence(rule.must, dataPhrase(rule.when, groups))}${afterwards(rule)}`

/** A waiver as one English sentence. */
export function waiverSentence(
  { when, to, from, expires, guardrail, ticket, approvers }: Waiver,
  groups: Groups,
): string {
  const scope = `${dataPhrase(when, groups)} sent to ${destinationPhrase(to, groups)}`
  return `From ${from} until ${expires}, ${guardrail} does not apply to ${scope} (${ticket}; approved by ${both(approvers)}).`
}

const neverSentence = ({ when, never }: Pick<Invariant, 'when' | 'never'>, groups: Groups) =>
  `Never send ${dataPhrase(when, groups)} to ${destinationPhrase(never, groups)}.`

function demandSentence(must: Obligation['must'], data: string): string {
  if ('redact' in must) {
    const kinds = both(kindWords(must.redact))
    return must.by === 'mask'
      ? `Mask ${kinds} in ${data} before a third party gets it.`
      : `Replace ${kinds} in ${data} by placeholders before a third party gets it.`
  }
  if ('maxCostUsd' in must)
    return `Spend at most ${must.maxCostUsd} USD on one attempt with ${data}.`
  if ('log' in must) return `Record no more than is needed of ${data}.`
  if ('cache' in must)
    return `Let no third party keep ${data} in a cache that outlives the request.`
  if ('retention' in must) return `Send ${data} only to destinations that keep nothing.`
  if ('review' in must) return `Have a person review the answer to ${data} before it is used.`
  return `Ask the policy authority before each attempt with ${data}.`
}

const CLASS_WORDS: Readonly<Record<string, string>> = {
  cheapest: 'any destination',
  edge: 'the edge',
  hosted: 'hosted open models',
  closed: 'closed models',
  onprem: 'on-premises models',
}

const targetPhrase = (targets: readonly string[]): string => {
  const phrase = either(targets.map((target) => CLASS_WORDS[target] ?? target))
  const isOne = targets.length === 1 && CLASS_WORDS[targets[0] ?? ''] === undefined
  return isOne ? phrase : `${phrase} (the cheapest first)`
}

/** When a rule holds, and whether it is only being tried. */
const afterwards = ({
  level,
  window,
}: {
  readonly level?: string | undefined
  readonly window?: Window | undefined
}): string =>
  `${windowPhrase(window)}${level === 'simulate' ? ' (Simulated: reported, not enforced.)' : ''}`

function windowPhrase(window: Window | undefined): string {
  const { from, until } = window ?? {}
  if (from === undefined && until === undefined) return ''
  const parts = [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
  ]
  return ` (Only ${parts.join(' ')}.)`
}

export type RuleSentence = {
  readonly table: 'guardrails' | 'routes' | 'obligations' | 'waivers' | 'invariants'
  readonly id: string
  readonly sentence: string
}

/** Every rule of a policy as one sentence, in the order of the files. */
export function sentencesOf(bundle: Bundle): readonly RuleSentence[] {
  const groups = bundle.attributes.countryGroups
  const say = <T extends { readonly id: string }>(
    table: RuleSentence['table'],
    rules: readonly T[],
    sentence: (rule: T, known: Groups) => string,
  ): readonly RuleSentence[] =>
    rules.map((rule) => ({ table, id: rule.id, sentence: sentence(rule, groups) }))
  return [
    ...say('guardrails', bundle.guardrails, guardrailSentence),
    ...say('routes', bundle.routes, routeSentence),
    ...say('obligations', bundle.obligations, obligationSentence),
    ...say('waivers', bundle.waivers, waiverSentence),
    ...say('invariants', bundle.invariants, invariantSentence),
  ]
}
