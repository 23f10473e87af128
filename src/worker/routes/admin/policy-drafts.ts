import { Hono } from 'hono'
import * as z from 'zod'
import { err, ok, type Result } from '../../../domain/result.ts'
import { canonicalBundle } from '../../../policy/bundle.ts'
import { mergeBundles } from '../../../policy/lifecycle-merge.ts'
import { proposedBundle } from '../../../policy/lifecycle-proposal.ts'
import type { Bundle } from '../../../policy/schema.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { loadLife, loadLives, takeStep, whoIs, type Life } from '../../policy-life.ts'
import { beginDraft, inForceBundle } from '../../policy-propose.ts'
import {
  draftContent,
  putSources,
  sourcesOf,
  updateDraft,
  type DraftContent,
  type Sources,
} from '../../stores/lifecycle-drafts.ts'
import { releaseOf } from '../../stores/policy-rules.ts'
import { adminError, invalid, type InputProblem } from './input.ts'
import {
  bundleFrom,
  draftView,
  notInConsole,
  readInput,
  readTenant,
  Reason,
  refused,
  Tables,
  Ticket,
  Title,
  type C,
} from './policy-input.ts'

/** Drafts: begun on what is in force, edited by compare-and-set. */
export const draftRoutes = new Hono<AdminEnv>()

export const Draft = z.strictObject({ title: Title, reason: Reason, ticket: Ticket, ...Tables })

draftRoutes.post('/', needs('policy.draft'), async (c) => {
  const wrongMode = notInConsole(c)
  if (wrongMode !== undefined) return wrongMode
  const input = await readInput(c, Draft)
  if (!input.ok) return input.error
  const { tenant, body } = input.value
  const inForce = await inForceBundle(c.env, tenant)
  const bundle = tablesOn(inForce?.bundle, body)
  if (!bundle.ok) return c.json(invalid(bundle.error), 422)
  const { title, reason, ticket = null, sources = {} } = body
  const begun = await beginDraft(c.env, tenant, {
    who: whoIs(c.get('actor')),
    title,
    reason,
    ticket,
    proposal: { kind: 'tables' },
    base: inForce?.hash ?? null,
    bundle: bundle.value,
    sources,
    nowMs: Date.now(),
  })
  if (!begun.ok) return refused(c, begun.error)
  c.set('target', begun.value)
  return await shown(c, tenant, begun.value, 201)
})

type Written = z.infer<z.ZodObject<typeof Tables>>

/** What somebody writes, on top of another policy. */
function tablesOn(
  under: Bundle | undefined,
  { bundle, tables }: Written,
): Result<Bundle, readonly InputProblem[]> {
  if (bundle !== undefined && tables !== undefined)
    return err([{ field: 'tables', problem: 'either a whole bundle, or the tables that change' }])
  if (bundle !== undefined) return bundleFrom(bundle)
  if (under === undefined)
    return err([{ field: 'bundle', problem: 'no policy is in force: send a whole one' }])
  return bundleFrom({ ...under, ...tables })
}

const LISTED_MAX = 100

draftRoutes.get('/', needs('policy.read'), async (c) => {
  const tenant = readTenant(c)
  if (!tenant.ok) return tenant.error
  const lives = await loadLives(c.env, tenant.value, LISTED_MAX)
  return c.json({ tenant: tenant.value, drafts: lives.map((life) => draftView(c, life)) })
})

draftRoutes.get('/:id', needs('policy.read'), async (c) => {
  const tenant = readTenant(c)
  return tenant.ok ? await shown(c, tenant.value, c.req.param('id')) : tenant.error
})

/** The tables themselves, and the YAML that they were written in. */
draftRoutes.get('/:id/bundle', needs('policy.read'), async (c) => {
  const tenant = readTenant(c)
  if (!tenant.ok) return tenant.error
  const content = await draftContent(c.env, tenant.value, c.req.param('id'))
  if (content === undefined) return c.json(NO_DRAFT, 404)
  const { hash, revision, bundle } = content
  return c.json({ hash, revision, bundle, sources: await sourcesOf(c.env, hash) })
})

const NO_DRAFT = adminError('not_found', 'there is no draft of this id: GET drafts lists them')

async function shown(c: C, tenant: string, id: string, status: 200 | 201 = 200): Promise<Response> {
  const life = await loadLife(c.env, tenant, id)
  if (life === undefined) return c.json(NO_DRAFT, 404)
  c.header('etag', `"${life.status.revision}"`)
  return c.json(draftView(c, life), status)
}

export const Edit = z.strictObject({ revision: z.int().positive().optional(), ...Tables })

/** Saves over a revision that the caller names: by `If-Match`, or in the body. */
draftRoutes.put('/:id', needs('policy.draft'), async (c) => {
  const wrongMode = notInConsole(c)
  if (wrongMode !== undefined) return wrongMode
  const input = await readInput(c, Edit)
  if (!input.ok) return input.error
  const { tenant, body } = input.value
  const revision = body.revision ?? revisionIn(c.req.header('if-match'))
  if (revision === undefined) return c.json(NO_REVISION, 428)
  const taken = await edit(c, tenant, body.sources ?? {}, (life, content) => {
    if (life.status.proposal.kind !== 'tables') return err(FIXED)
    if (content.revision !== revision) return err(movedTo(content.revision))
    const bundle = tablesOn(content.bundle, body)
    return bundle.ok
      ? ok({ base: content.base, bundle: bundle.value })
      : err({ code: 'invalid_request', problems: bundle.error })
  })
  return taken
})

const NO_REVISION = adminError(
  'revision_missing',
  'say which revision you edited: If-Match: "3", or revision in the body',
)
const FIXED = {
  code: 'fixed',
  message: 'what this draft changes follows from its kind: withdraw it and begin another',
} as const
const movedTo = (revision: number) =>
  ({
    code: 'revision_moved',
    message: `somebody saved revision ${revision} meanwhile: look at it and edit that`,
  }) as const

function revisionIn(header: string | undefined): number | undefined {
  const [, digits] = /^(?:W\/)?"(\d{1,9})"$/.exec(header ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Carries a draft over to what is in force now, where somebody else has released something since it was begun. */
draftRoutes.post('/:id/rebase', needs('policy.draft'), async (c) => {
  const wrongMode = notInConsole(c)
  if (wrongMode !== undefined) return wrongMode
  const tenant = readTenant(c)
  if (!tenant.ok) return tenant.error
  return await edit(c, tenant.value, undefined, async (life, content) => {
    const inForce = await inForceBundle(c.env, tenant.value)
    if (inForce === undefined) return err(NOTHING_IN_FORCE)
    const moved = await carriedOver(c, life, content, inForce.bundle)
    if (!moved.ok) return err({ code: 'conflict', message: moved.error })
    const bundle = bundleFrom(moved.value)
    return bundle.ok
      ? ok({ base: inForce.hash, bundle: bundle.value })
      : err({ code: 'invalid_request', problems: bundle.error })
  })
})

const NOTHING_IN_FORCE = { code: 'conflict', message: 'no policy is in force' } as const

async function carriedOver(
  c: C,
  { status: { proposal } }: Life,
  content: DraftContent,
  inForce: Bundle,
): Promise<Result<unknown, string>> {
  if (proposal.kind !== 'tables') {
    const old = proposal.kind === 'rollback' ? await releaseOf(c.env, proposal.hash) : undefined
    return proposedBundle(inForce, proposal, old?.bundle)
  }
  if (content.base === null) return ok(content.bundle)
  const base = (await releaseOf(c.env, content.base)).bundle
  const merged = mergeBundles(base, inForce, content.bundle)
  if (merged.ok) return merged
  const places = merged.error.join(', ')
  return err(`both have changed ${places}: edit the draft to say what is meant, then rebase it`)
}

type EditRefusal =
  | { readonly code: 'fixed' | 'revision_moved' | 'conflict'; readonly message: string }
  | { readonly code: 'invalid_request'; readonly problems: readonly InputProblem[] }
type Edited = { readonly base: string | null; readonly bundle: Bundle }

async function edit(
  c: C,
  tenant: string,
  sources: Sources | undefined,
  work: (
    life: Life,
    content: DraftContent,
  ) => Result<Edited, EditRefusal> | Promise<Result<Edited, EditRefusal>>,
): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const actor = c.get('actor')
  const taken = await takeStep(
    c.env,
    tenant,
    id,
    { action: 'edit', actor },
    async (life, content) => {
      const edited = await work(life, content)
      if (!edited.ok) return edited
      const { base, bundle } = edited.value
      const { text, hash } = canonicalBundle(bundle)
      const nowMs = Date.now()
      const kept = sources ?? (await sourcesOf(c.env, content.hash))
      return ok({
        event: {
          event: 'edited',
          ...whoIs(actor),
          atMs: nowMs,
          ticket: life.status.ticket,
          draft: id,
          base,
          bundle: hash,
          revision: content.revision + 1,
        },
        also: [
          updateDraft(c.env, { tenant, id, base, hash, text, nowMs }),
          ...putSources(c.env, hash, kept),
        ],
      })
    },
  )
  if (taken.ok) return await shown(c, tenant, id)
  const { error } = taken
  switch (error.code) {
    case 'invalid_request':
      return c.json(invalid(error.problems), 422)
    case 'revision_moved':
      return c.json(adminError(error.code, error.message), 412)
    case 'fixed':
    case 'conflict':
      return c.json(adminError(error.code, error.message), 409)
    default:
      return refused(c, error)
  }
}
