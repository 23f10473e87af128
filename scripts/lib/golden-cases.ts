import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { Caller, DeclaredLabel } from '../../src/domain/caller.ts'
import { ESSENTIAL_FEATURES, MINOR_FEATURES } from '../../src/domain/features.ts'
import { CATEGORIES, type Label, LEVELS, SCANS } from '../../src/domain/label.ts'
import { parseUsd } from '../../src/domain/money.ts'
import type { Plan, Receipt } from '../../src/domain/plan.ts'
import type { Refusal } from '../../src/domain/refusal.ts'
import { PLAIN_HANDLING, QUALITIES, type RequestFacts } from '../../src/domain/request.ts'
import type { Result } from '../../src/domain/result.ts'
import { assess } from '../../src/router/assess.ts'
import { decide } from '../../src/router/decide.ts'
import type { Wishes, World } from '../../src/router/world.ts'
import { DEFAULT_CALLER, readRequest } from './offline-world.ts'

const CategoryName = z.union([z.enum(CATEGORIES), z.templateLiteral(['declared:', z.string()])])

/** What a golden case expects. Everything that is named must hold. */
const Expectation = z.strictObject({
  outcome: z.enum(['plan', 'refused']),
  /** Code of the refusal. */
  code: z.string().optional(),
  /** Rule that a `policy_forbids` names. */
  rule: z.string().optional(),
  /** Destination of the first attempt. */
  first: z.string().optional(),
  /** All destinations of the plan, in any order. */
  destinations: z.array(z.string()).optional(),
  /** Destinations that must not be in the plan. */
  never: z.array(z.string()).optional(),
  /** Destinations, and a rule by which each is removed. */
  removed: z.record(z.string(), z.string()).optional(),
  form: z.enum(['raw', 'redacted']).optional(),
  route: z.string().optional(),
  level: z.enum(LEVELS).optional(),
  simulated: z.array(z.string()).optional(),
})

/** One request, given by its text, its body or its label, and what must become of it. */
const GoldenCase = z.strictObject({
  name: z.string().min(1),
  /** A user message; the whole path is exercised, from the surface and the classifier on. */
  text: z.string().optional(),
  /** A whole body of Chat Completions. */
  body: z.record(z.string(), z.json()).optional(),
  /** The classifier is left out: what the policy makes of this label. */
  label: z
    .strictObject({
      level: z.enum(LEVELS).default('public'),
      categories: z.array(CategoryName).default([]),
      jurisdictions: z.array(z.string()).default([]),
      scan: z.enum(SCANS).default('complete'),
    })
    .optional(),
  model: z.string().default('auto'),
  declared: DeclaredLabel.optional(),
  quality: z.enum(QUALITIES).optional(),
  strict: z.boolean().default(false),
  maxCostUsd: z.string().optional(),
  /** With `label` only, as are `handling` and `promptBytes`: a text or a body says it itself. */
  features: z.array(z.enum([...ESSENTIAL_FEATURES, ...MINOR_FEATURES])).default([]),
  promptBytes: z.int().positive().default(1000),
  handling: z
    .strictObject({
      stored: z.boolean().default(false),
      hostedTools: z.boolean().default(false),
      longCache: z.boolean().default(false),
    })
    .default({ stored: false, hostedTools: false, longCache: false }),
  caller: Caller.partial().optional(),
  /** Destinations that nobody has configured. */
  unconfigured: z.array(z.string()).default([]),
  expect: Expectation,
})
export type GoldenCase = z.infer<typeof GoldenCase>

/** A file of `policies/cases`. `at` is the moment at which prices and facts are read. */
export const GoldenCases = z.strictObject({ at: z.iso.datetime(), cases: z.array(GoldenCase) })

/** Reads all golden cases of a folder. @throws Error naming the file and the accepted form. */
export async function readGoldenCases(
  dir: string,
): Promise<
  readonly { readonly file: string; readonly atMs: number; readonly golden: GoldenCase }[]
> {
  const files = (await readdir(dir)).filter((name) => name.endsWith('.yaml')).toSorted()
  const read = await Promise.all(
    files.map(async (file) => {
      const parsed = GoldenCases.safeParse(parse(await readFile(join(dir, file), 'utf8')))
      if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`)
      const { at, cases } = parsed.data
      return cases.map((golden) => ({ file, atMs: Date.parse(at), golden }))
    }),
  )
  return read.flat()
}

/** Decides a golden case and says how the decision differs from what is expected; empty if it does not. */
export function checkGoldenCase(golden: GoldenCase, world: World): readonly string[] {
  const decision = decideCase(golden, {
    ...world,
    availability: (id) => (golden.unconfigured.includes(id) ? 'unconfigured' : 'ready'),
  })
  const { expect } = golden
  const receipt = receiptIn(decision)
  const attempts = decision.ok ? decision.value.attempts : []
  const places = new Set(attempts.map(({ destination }) => destination))
  const refusal = decision.ok ? undefined : decision.error
  const differences: string[] = []
  const check = (what: string, expected: unknown, actual: unknown): void => {
    if (expected !== undefined && JSON.stringify(expected) !== JSON.stringify(actual))
      differences.push(`${what} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`)
  }
  check('outcome', expect.outcome, decision.ok ? 'plan' : 'refused')
  check('code', expect.code, refusal?.code)
  check('rule', expect.rule, refusal?.code === 'policy_forbids' ? refusal.rule : undefined)
  check('first', expect.first, attempts[0]?.destination)
  check('form', expect.form, attempts[0]?.form)
  check('destinations', expect.destinations?.toSorted(), [...places].toSorted())
  check('route', expect.route, receipt?.route)
  check('level', expect.level, receipt?.label.level)
  check('simulated', expect.simulated, receipt?.simulated ?? [])
  for (const id of expect.never ?? [])
    if (places.has(id)) differences.push(`${id} is in the plan and must not be`)
  for (const [id, rule] of Object.entries(expect.removed ?? {}))
    if (receipt?.removed.some(({ destination, by }) => destination === id && by === rule) !== true)
      differences.push(`${id} is not removed by ${rule}`)
  return differences
}

const receiptIn = (decision: Result<Plan, Refusal>): Receipt | undefined =>
  decision.ok
    ? decision.value.receipt
    : 'receipt' in decision.error
      ? decision.error.receipt
      : undefined

function decideCase(golden: GoldenCase, world: World): Result<Plan, Refusal> {
  const caller = Caller.parse({ ...DEFAULT_CALLER, ...golden.caller })
  const wishes: Wishes = {
    label: golden.declared,
    quality: golden.quality,
    maxCostPicoUsd: golden.maxCostUsd === undefined ? undefined : parseUsd(golden.maxCostUsd),
    strict: golden.strict,
  }
  if (golden.label !== undefined) {
    const classification = { label: labelOf(golden.label), findings: [], unscanned: [] }
    const request = factsOf(golden)
    return decide({
      classification,
      declared: classification.label,
      request,
      caller,
      wishes,
      world,
    })
  }
  const body = golden.body ?? {
    model: golden.model,
    messages: [{ role: 'user', content: golden.text ?? '' }],
  }
  const read = readRequest(JSON.stringify(body), 'openai-chat')
  if (!read.ok) return read
  const { envelope, facts: request } = read.value
  return assess({ envelope, request, caller, wishes, world }).decision
}

function factsOf({ model, features, handling, promptBytes }: GoldenCase): RequestFacts {
  return {
    surface: 'openai-chat',
    operation: 'chat',
    model,
    stream: false,
    wantsUsageChunk: false,
    features: features.toSorted(),
    promptBytes,
    templateParts: 1,
    mediaParts: 0,
    outputTokensMax: undefined,
    choices: 1,
    handling: { ...PLAIN_HANDLING, ...handling },
    unknownFields: [],
  }
}

const labelOf = (label: NonNullable<GoldenCase['label']>): Label => ({
  ...label,
  categories: label.categories.toSorted(),
  jurisdictions: label.jurisdictions.toSorted(),
})
