import * as z from 'zod'
import { TenantQuery } from '../routes/admin/input.ts'
import { Stop } from '../routes/admin/policy-emergency.ts'
import { EventsQuery } from '../routes/admin/policy-overview.ts'
import { Lift, Rollback, WaiverRequest } from '../routes/admin/policy-proposals.ts'
import { DraftView, NOT_NOW } from './admin-drafts.ts'
import { HashText, IsoTime, type AdminRoute } from './route.ts'

const WaiverView = z.looseObject({ id: z.string(), sentence: z.string(), state: z.string() })
const StopView = z.object({
  stop: z.string(),
  by: z.string(),
  reason: z.string(),
  sentence: z.string(),
  destinations: z.array(z.string()),
})

/** Where the policy stands, and what follows from what is in force. */
export const PROPOSAL_ROUTES: readonly AdminRoute[] = [
  {
    method: 'get',
    path: '/policy/status',
    summary: 'Where the policy stands: in force, in the shadow, stops, waivers, open drafts',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'All of it.',
    content: z.looseObject({
      tenant: z.string(),
      mode: z.enum(['git', 'console']),
      stops: z.array(StopView),
      waivers: z.array(WaiverView),
      drafts: z.array(DraftView),
    }),
  },
  {
    method: 'get',
    path: '/policy/events',
    summary: 'Every step of every draft, linked by hashes',
    right: 'policy.read',
    query: EventsQuery,
    answer: 'A page. `next`, as `after`, asks for the one after it.',
    content: z.object({
      tenant: z.string(),
      events: z.array(z.looseObject({ seq: z.int(), hash: HashText, at: IsoTime })),
      next: z.int().nullable(),
    }),
  },
  {
    method: 'get',
    path: '/policy/releases/:hash',
    summary: 'A release that was in force, with the YAML that it was written in',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'Both.',
    content: z.object({
      tenant: z.string(),
      hash: HashText,
      bundle: z.looseObject({}),
      sources: z.record(z.string(), z.string()),
    }),
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'get',
    path: '/policy/waivers',
    summary: 'Waivers of the policy in force, those that end next first',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'All of them.',
    content: z.object({ tenant: z.string(), waivers: z.array(WaiverView) }),
  },
  {
    method: 'post',
    path: '/policy/waivers',
    summary: 'Ask for a waiver: a draft that is checked and submitted at once',
    right: 'policy.draft',
    query: TenantQuery,
    body: WaiverRequest,
    status: 201,
    answer: 'The draft.',
    content: DraftView,
    refusals: { 404: ['not_found'], 409: NOT_NOW, 503: ['busy'] },
  },
  {
    method: 'post',
    path: '/policy/rollback',
    summary: 'Ask for an old release to come into force again',
    right: 'policy.draft',
    query: TenantQuery,
    body: Rollback,
    status: 201,
    answer: 'The draft.',
    content: DraftView,
    refusals: { 404: ['not_found'], 409: NOT_NOW, 503: ['busy'] },
  },
  {
    method: 'get',
    path: '/policy/emergency-stop',
    summary: 'Emergency stops that are in force',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'All of them.',
    content: z.object({ tenant: z.string(), stops: z.array(StopView) }),
  },
  {
    method: 'post',
    path: '/policy/emergency-stop',
    summary: 'Forbid at once, alone: a destination, or an attribute',
    right: 'policy.emergency',
    query: TenantQuery,
    body: Stop,
    status: 201,
    answer: 'What is stopped, and since when.',
    content: z.looseObject({
      tenant: z.string(),
      stop: z.string(),
      sentence: z.string(),
      destinations: z.array(z.string()),
      hash: HashText,
    }),
    refusals: { 409: ['wrong_state', 'not_found', 'too_large'], 503: ['busy'] },
  },
  {
    method: 'post',
    path: '/policy/emergency-stop/:stop/lift',
    summary: 'Ask for the end of an emergency stop: a loosening like any other',
    right: 'policy.draft',
    query: TenantQuery,
    body: Lift,
    status: 201,
    answer: 'The draft.',
    content: DraftView,
    refusals: { 404: ['not_found'], 409: NOT_NOW, 503: ['busy'] },
  },
]
