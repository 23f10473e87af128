import { compileRules } from '../../src/policy/evaluate.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { sentencesOf } from '../../src/policy/sentence.ts'

/** Every rule as one sentence. */
export function printSentences(bundle: Bundle, json: boolean): number {
  const sentences = sentencesOf(bundle)
  if (json) console.log(JSON.stringify(sentences))
  else
    for (const { id, table, sentence } of sentences)
      console.log(`${id}${NAMES[table]}: ${sentence}`)
  return 0
}

const NAMES = {
  guardrails: '',
  routes: ' (route)',
  obligations: ' (obligation)',
  waivers: ' (waiver)',
  invariants: ' (invariant)',
} as const

/** One rule: what it says, why, and what it does to destinations today. Answers the exit code. */
export function explainRule(bundle: Bundle, id: string, atMs: number, json: boolean): number {
  const found = sentencesOf(bundle).find((one) => one.id === id)
  const rule = RULE_TABLES.flatMap((table) => [...bundle[table]]).find((one) => one.id === id)
  if (found === undefined || rule === undefined) {
    console.error(`no rule ${id}; \`policy sentences\` lists them`)
    return 2
  }
  const forbids = forbiddenBy(bundle, id, atMs)
  const waivers = bundle.waivers.filter(({ guardrail }) => guardrail === id)
  if (json) {
    console.log(JSON.stringify({ ...found, rule, forbids, waivers: waivers.map((one) => one.id) }))
    return 0
  }
  console.log(found.sentence)
  if (forbids !== undefined)
    console.log(`Forbids, when it applies: ${forbids.join(', ') || 'no destination'}`)
  for (const waiver of waivers) console.log(`Waived: ${waiver.id}, until ${waiver.expires}`)
  console.log(`Because: ${rule.because}`)
  if ('owner' in rule) console.log(`Owner: ${rule.owner}`)
  return 0
}

const RULE_TABLES = ['guardrails', 'routes', 'obligations', 'waivers', 'invariants'] as const

function forbiddenBy(bundle: Bundle, id: string, atMs: number): readonly string[] | undefined {
  const { guardrails, obligations, destinations } = compileRules(bundle, atMs)
  const rule = [...guardrails, ...obligations].find((one) => one.id === id)
  return rule?.forbids.map((at) => destinations[at] ?? '')
}
