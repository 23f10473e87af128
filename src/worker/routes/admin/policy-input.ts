import type { Context } from 'hono'
import * as z from 'zod'
import { destinations } from '../../../destinations/index.ts'
import { err, ok, type Result } from '../../../domain/result.ts'
import { parseBundle } from '../../../policy/bundle.ts'
import type { DraftStatus } from '../../../policy/lifecycle.ts'
import { approvalsLeft } from '../../../policy/lifecycle.ts'
import { nextSteps } from '../../../policy/lifecycle-rules.ts'
import type { PolicyProblem } from '../../../policy/problem.ts'
import { Bundle } from '../../../policy/schema.ts'
import type { AdminEnv } from '../../middleware/actor.ts'
import { policyModeOf, type Life, type StepRefusal } from '../../policy-life.ts'
import { adminError, check, invalid, readBody, TenantQuery, type InputProblem } from './input.ts'

export type C = Context<AdminEnv>

const TEXT_LENGTH_MAX = 2000
export const Reason = z.string().trim().min(1, 'say why').max(TEXT_LENGTH_MAX)
export const Title = z.string().trim().min(1).max(200)
export const Ticket = z.string().trim().min(1).max(200).optional()

/** YAML files by name, such as `guardrails.yaml`. */
const SourceFiles = z.record(
  z.string().regex(/^[a-z][a-z0-9-]{0,40}\.yaml$/, 'names of YAML files'),
  z.string().max(900_000),
)

/** The tenant and the body of a request (no body is an empty one), or the answer that says what is wrong with them. */
export async function readInput<T extends z.ZodType>(
  c: C,
  schema: T,
): Promise<Result<{ readonly tenant: string; readonly body: z.infer<T> }, Response>> {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return err(c.json(invalid(query.error), 422))
  const isEmpty = c.req.raw.body === null
  const body = isEmpty ? check({}, schema) : await readBody(c.req.raw, schema)
  if (!body.ok) return err(c.json(invalid(body.error), 422))
  return ok({ tenant: query.value.tenant, body: body.value })
}

/** The tenant of a request, or the answer that says what is wrong with it. */
export function readTenant(c: C): Result<string, Response> {
  const query = check(c.req.query(), TenantQuery)
  return query.ok ? ok(query.value.tenant) : err(c.json(invalid(query.error), 422))
}

/** The answer where drafts are not how policies are made here; undefined where they are. */
export function notInConsole(c: C): Response | undefined {
  if (policyModeOf(c.env) === 'console') return undefined
  return c.json(adminError('git_mode', GIT_MODE), 409)
}

const GIT_MODE =
  'the repository decides what is in force here (POLICY_MODE is git): change policies/ there, and its pipeline puts it in force. Set POLICY_MODE to console to work with drafts.'

/** Tables as somebody writes them, on top of others, as a whole bundle. */
export function bundleFrom(json: unknown): Result<Bundle, readonly InputProblem[]> {
  const parsed = parseBundle(json, Object.keys(destinations))
  return parsed.ok ? parsed : err(parsed.error.map(toInputProblem))
}

export function toInputProblem({ path, rule, problem }: PolicyProblem): InputProblem {
  const field = path.map(String).join('.')
  return { field: rule === null ? field : `${field} (${rule})`, problem }
}

/** A whole policy, or only the tables that change. */
export const Tables = {
  bundle: z.record(z.string(), z.unknown()).optional(),
  tables: z
    .partialRecord(
      z.enum(Object.keys(Bundle.shape).filter((table) => table !== 'version')),
      z.unknown(),
    )
    .optional(),
  sources: SourceFiles.optional(),
}

/** The codes of refusals that a person cannot mend by looking again. */
const STATUS: Readonly<Partial<Record<StepRefusal['code'], 403 | 404 | 422 | 503>>> = {
  not_found: 404,
  own_draft: 403,
  not_a_person: 403,
  not_named: 403,
  does_not_hold: 422,
  busy: 503,
}

export const refused = (c: C, { code, message }: StepRefusal): Response =>
  c.json(adminError(code, message), STATUS[code] ?? 409)

const isoOf = (atMs: number): string => new Date(atMs).toISOString()

/** A draft as the API shows it. `next` is what whoever asks may do with it now. */
export function draftView(c: C, { status, state, around, isStale }: Life) {
  const { submission, check: checked, backtest, scheduled, rejection } = status
  return {
    ...headOf(status),
    state,
    stale: isStale,
    authors: status.authors,
    check:
      checked === undefined
        ? null
        : {
            holds: checked.holds,
            errors: checked.errors,
            warnings: checked.warnings,
            current: checked.bundle === status.bundle,
          },
    backtest:
      backtest === undefined
        ? null
        : {
            digest: backtest.digest,
            requests: backtest.requests,
            current: backtest.bundle === status.bundle && backtest.base === status.base,
          },
    submission:
      submission === undefined
        ? null
        : {
            signs: submission.signs,
            change: submission.change,
            diff: submission.diff,
            backtest: submission.backtest,
            by: submission.by,
            at: isoOf(submission.atMs),
            needed: submission.needed,
            named: submission.named,
            because: submission.because,
            left: approvalsLeft(status),
          },
    approvals: status.approvals.map(({ by, atMs }) => ({ by, at: isoOf(atMs) })),
    rejected: rejection ?? null,
    shadow: status.isShadow,
    scheduledFor: scheduled === undefined ? null : isoOf(scheduled.forMs),
    activatedAt: status.activatedMs === undefined ? null : isoOf(status.activatedMs),
    next: nextSteps(status, c.get('actor'), around),
  }
}

const headOf = ({ id, title, reason, ticket, proposal, base, bundle, ...rest }: DraftStatus) => ({
  id,
  title,
  reason,
  ticket,
  kind: proposal.kind,
  proposal,
  revision: rest.revision,
  base,
  hash: bundle,
  createdAt: isoOf(rest.createdMs),
})
