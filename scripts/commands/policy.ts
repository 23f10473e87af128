import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFAULT_TENANT } from '../../src/access/key-request.ts'
import { canonicalBundle } from '../../src/policy/bundle.ts'
import { compileRules, type Rules } from '../../src/policy/evaluate.ts'
import { findViolations, type Violation } from '../../src/policy/invariants.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { guardrailSentence, invariantSentence } from '../../src/policy/sentence.ts'
import type { Command } from '../demarc.ts'
import { checkGoldenCase, readGoldenCases } from '../lib/golden-cases.ts'
import { healthyWorld } from '../lib/offline-world.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'
import { checkPolicy, formatProblem, isFolder, readPolicy } from '../lib/policy-files.ts'
import { pushPolicy } from './policy-push.ts'

const USAGE = `demarc policy check [PATH] [--json]       form, names, golden cases and invariants
demarc policy sentences [PATH]            every guardrail and invariant as one sentence
demarc policy explain RULE [PATH]         one rule: what it says, why, and which destinations it forbids today
demarc policy build [PATH]                the canonical bundle on stdout, its SHA-256 on stderr
demarc policy push [PATH] [--url URL] [--tenant NAME]
                                          check, then put it in force: its SHA-256 on stdout

  PATH      a folder of policy files or a bundle; default: policies/
  --json    {"holds","findings":[{"rule","problem","witness"}]}
  --at      the moment at which facts and prices are read; default: now
  --url     a deployed Demarc, its admin token in DEMARC_ADMIN_TOKEN; default: the local one
  --tenant  default: default`

/** `witness` shows the problem: a place in a file, a golden case, or a request that breaks an invariant. */
type Finding = {
  readonly rule: string | null
  readonly problem: string
  readonly witness: object | null
}

/** `demarc policy`: looks at a policy without sending anything. */
export const policyCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        at: { type: 'string' },
        url: { type: 'string' },
        tenant: { type: 'string', default: DEFAULT_TENANT },
      },
    })
    const [action = '', ...rest] = positionals
    const atMs = values.at === undefined ? Date.now() : Date.parse(values.at)
    if (Number.isNaN(atMs)) throw new Error('--at must be a time such as 2026-11-24T12:00:00Z')
    switch (action) {
      case 'check':
        return await check(rest[0] ?? POLICIES_DIRECTORY, values.json, atMs)
      case 'sentences':
        return printSentences(await readPolicy(rest[0] ?? POLICIES_DIRECTORY))
      case 'explain':
        return explainRule(await readPolicy(rest[1] ?? POLICIES_DIRECTORY), rest[0] ?? '', atMs)
      case 'build':
        return build(await readPolicy(rest[0] ?? POLICIES_DIRECTORY))
      case 'push': {
        const path = rest[0] ?? POLICIES_DIRECTORY
        if ((await check(path, values.json, atMs, console.error)) !== 0) return 1
        return await pushPolicy(await readPolicy(path), values)
      }
      default:
        throw new Error(USAGE)
    }
  },
}

async function check(
  path: string,
  json: boolean,
  atMs: number,
  print: (line: string) => void = console.log,
): Promise<number> {
  const findings = await findingsOf(path, atMs)
  if (json) print(JSON.stringify({ holds: findings.length === 0, findings }))
  else {
    for (const { problem } of findings) print(problem)
    print(findings.length === 0 ? 'The policy holds.' : `${findings.length} problems.`)
  }
  return findings.length === 0 ? 0 : 1
}

async function findingsOf(path: string, atMs: number): Promise<readonly Finding[]> {
  const checked = await checkPolicy(path)
  if (!checked.ok)
    return checked.error.map((problem) => ({
      rule: problem.rule,
      problem: formatProblem(problem),
      witness: { file: problem.file, line: problem.line, path: problem.path },
    }))
  const bundle = checked.value
  const rules = compileRules(bundle, atMs)
  return [
    ...findViolations(bundle, rules).map((violation) => ofViolation(violation, bundle)),
    ...((await isFolder(path)) ? await goldenFindings(join(path, 'cases'), bundle) : []),
  ]
}

function ofViolation({ invariant, request, destination }: Violation, bundle: Bundle): Finding {
  const broken = bundle.invariants.find(({ id }) => id === invariant)
  const sentence =
    broken === undefined ? '' : invariantSentence(broken, bundle.attributes.countryGroups)
  return {
    rule: invariant,
    problem: `${invariant} does not hold: "${sentence}" ${destination} may get this: ${JSON.stringify(request)}`,
    witness: { request, destination },
  }
}

async function goldenFindings(dir: string, bundle: Bundle): Promise<readonly Finding[]> {
  const cases = await readGoldenCases(dir)
  return cases.flatMap(({ file, atMs, golden }) =>
    checkGoldenCase(golden, healthyWorld(bundle, atMs)).map((difference) => ({
      rule: null,
      problem: `cases/${file}: ${golden.name}: ${difference}`,
      witness: { file: `cases/${file}`, case: golden.name },
    })),
  )
}

function printSentences({ guardrails, invariants, attributes }: Bundle): number {
  const groups = attributes.countryGroups
  for (const rule of guardrails) console.log(`${rule.id}: ${guardrailSentence(rule, groups)}`)
  for (const rule of invariants)
    console.log(`${rule.id} (invariant): ${invariantSentence(rule, groups)}`)
  return 0
}

function explainRule(bundle: Bundle, id: string, atMs: number): number {
  const guardrail = bundle.guardrails.find((one) => one.id === id)
  const other = [...bundle.routes, ...bundle.obligations].find((one) => one.id === id)
  const rule = guardrail ?? other
  if (rule === undefined) {
    console.error(`no rule ${id}; \`policy sentences\` lists the guardrails`)
    return 2
  }
  if (guardrail === undefined) console.log(JSON.stringify(rule, null, 2))
  else {
    console.log(guardrailSentence(guardrail, bundle.attributes.countryGroups))
    const forbidden = forbiddenBy(compileRules(bundle, atMs), id)
    console.log(`Forbids, when it applies: ${forbidden.join(', ') || 'no destination'}`)
  }
  console.log(`Because: ${rule.because}\nOwner: ${rule.owner}`)
  return 0
}

const forbiddenBy = ({ guardrails, destinations }: Rules, id: string): readonly string[] =>
  (guardrails.find((one) => one.id === id)?.forbids ?? []).map((at) => destinations[at] ?? '')

function build(bundle: Bundle): number {
  const { text, hash } = canonicalBundle(bundle)
  process.stdout.write(text)
  console.error(hash)
  return 0
}
