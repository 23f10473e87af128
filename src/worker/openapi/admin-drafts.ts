import * as z from 'zod'
import type { Permission } from '../../access/actor.ts'
import { TenantQuery } from '../routes/admin/input.ts'
import { Draft, Edit } from '../routes/admin/policy-drafts.ts'
import { Activation, Approval, Backtest, Because, Nothing } from '../routes/admin/policy-steps.ts'
import { HashText, IsoTime, type AdminRoute } from './route.ts'

/** A draft as the API shows it. */
export const DraftView = z.looseObject({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  revision: z.int(),
  base: HashText.nullable(),
  hash: HashText,
  state: z.string(),
  stale: z.boolean(),
  authors: z.array(z.string()),
  submission: z
    .looseObject({ signs: HashText.describe('what an approval signs'), left: z.unknown() })
    .nullable(),
  approvals: z.array(z.object({ by: z.string(), at: IsoTime })),
  shadow: z.boolean(),
  scheduledFor: IsoTime.nullable(),
  activatedAt: IsoTime.nullable(),
  next: z.unknown().describe('what whoever asks may do with it now'),
})

/** Why a step cannot be taken now. */
export const NOT_NOW = ['git_mode', 'wrong_state', 'stale']

const step = (
  action: string,
  summary: string,
  right: Permission,
  body: z.ZodType,
  more: Pick<AdminRoute, 'refusals'> = {},
): AdminRoute => ({
  method: 'post',
  path: `/policy/drafts/:id/${action}`,
  summary,
  right,
  query: TenantQuery,
  body,
  answer: 'The draft as it is now, and what the step has found.',
  content: DraftView,
  refusals: { 404: ['not_found'], 409: NOT_NOW, 503: ['busy'], ...more.refusals },
})

const STEPS: readonly AdminRoute[] = [
  step('check', 'Check form, names, analysis, invariants', 'policy.draft', Nothing),
  step('backtest', 'Replay the traffic of the last days', 'policy.draft', Backtest),
  step(
    'submit',
    'Submit to those who approve; what does not hold is refused',
    'policy.draft',
    Nothing,
    {
      refusals: { 422: ['does_not_hold'] },
    },
  ),
  step(
    'approve',
    'Approve what was read, by signing its hash; never the author',
    'policy.approve',
    Approval,
    {
      refusals: {
        403: ['own_draft', 'not_a_person', 'not_named'],
        409: [...NOT_NOW, 'other_hash'],
      },
    },
  ),
  step('reject', 'Send a draft back, with the reason', 'policy.approve', Because),
  step('withdraw', 'Take a draft back', 'policy.draft', Because),
  step('shadow', 'Evaluate it on all live traffic, applying nothing', 'policy.activate', Nothing),
  step('end-shadow', 'End that', 'policy.activate', Nothing),
  step('activate', 'Put it in force, now or at a time', 'policy.activate', Activation),
]

const DRAFTS: readonly AdminRoute[] = [
  {
    method: 'get',
    path: '/policy/drafts',
    summary: 'Drafts, the newest first',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'At most a hundred.',
    content: z.object({ tenant: z.string(), drafts: z.array(DraftView) }),
  },
  {
    method: 'post',
    path: '/policy/drafts',
    summary: 'Begin a draft on what is in force',
    right: 'policy.draft',
    query: TenantQuery,
    body: Draft,
    status: 201,
    answer: 'The draft.',
    content: DraftView,
    refusals: { 409: ['git_mode'], 503: ['busy'] },
  },
  {
    method: 'get',
    path: '/policy/drafts/:id',
    summary: 'A draft, and what may be done with it',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'The draft.',
    content: DraftView,
    headers: { etag: 'The revision, for If-Match.' },
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'put',
    path: '/policy/drafts/:id',
    summary: 'Save over a revision that is named, in the body or by If-Match',
    right: 'policy.draft',
    query: TenantQuery,
    body: Edit,
    answer: 'The draft.',
    content: DraftView,
    headers: { etag: 'The revision, for If-Match.' },
    refusals: {
      404: ['not_found'],
      409: ['git_mode', 'fixed', 'wrong_state'],
      412: ['revision_moved'],
      428: ['revision_missing'],
      503: ['busy'],
    },
  },
  {
    method: 'delete',
    path: '/policy/drafts/:id',
    summary: 'Take a draft back; what was done with it stays on record',
    right: 'policy.draft',
    query: TenantQuery,
    answer: 'The draft, withdrawn.',
    content: DraftView,
    refusals: { 404: ['not_found'], 409: NOT_NOW, 503: ['busy'] },
  },
  {
    method: 'post',
    path: '/policy/drafts/:id/rebase',
    summary: 'Carry a draft over to what is in force now',
    right: 'policy.draft',
    query: TenantQuery,
    answer: 'The draft.',
    content: DraftView,
    refusals: { 404: ['not_found'], 409: ['git_mode', 'conflict', 'wrong_state'], 503: ['busy'] },
  },
  {
    method: 'get',
    path: '/policy/drafts/:id/bundle',
    summary: 'The tables of a draft, and the YAML that they were written in',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'Both.',
    content: z.object({
      hash: HashText,
      revision: z.int(),
      bundle: z.unknown(),
      sources: z.record(z.string(), z.string()),
    }),
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'get',
    path: '/policy/drafts/:id/diff',
    summary: 'What a draft changes, exactly: newly allowed, newly refused, re-routed',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'As it was submitted, or as it would be now.',
    content: z.looseObject({
      draft: z.string(),
      submitted: z.boolean(),
      stale: z.boolean(),
      digest: HashText.nullable(),
      report: z.unknown(),
    }),
    refusals: { 404: ['not_found'] },
  },
]

/** From a draft to its release. */
export const DRAFT_ROUTES: readonly AdminRoute[] = [...DRAFTS, ...STEPS]
