import * as z from 'zod'
import { PERMISSIONS, ROLES } from '../../access/actor.ts'
import { AdminEvent } from '../../access/admin-event.ts'
import { AdminTokenRecord, AdminTokenRequest, Grant } from '../../access/admin-token.ts'
import { CallsQuery } from '../routes/admin/calls.ts'
import { DecisionsQuery } from '../routes/admin/decisions.ts'
import { TenantQuery } from '../routes/admin/input.ts'
import { FoundDecision } from '../stores/admin-decisions.ts'
import { HashText, IsoTime, Milliseconds, type AdminRoute } from './route.ts'

const Token = AdminTokenRecord.omit({ secretHash: true })
const Person = z.object({
  principal: z.string(),
  roles: z.array(z.enum(ROLES)),
  apps: z.array(z.string()),
  grantedBy: z.string(),
  grantedAtMs: Milliseconds,
})
const Actor = z.object({
  id: z.string(),
  kind: z.enum(['person', 'service']),
  roles: z.array(z.enum(ROLES)),
  apps: z.array(z.string()),
  madeBy: z.string().optional(),
})

/** Tokens, people, the log of calls, and the search of decisions. */
export const PEOPLE_ROUTES: readonly AdminRoute[] = [
  {
    method: 'get',
    path: '/tokens',
    summary: 'Tokens of automations, the newest first, without their secrets',
    right: 'admin.write',
    answer: 'All tokens, revoked ones among them.',
    content: z.object({ tokens: z.array(Token) }),
  },
  {
    method: 'post',
    path: '/tokens',
    summary: 'Make a token for an automation',
    right: 'admin.write',
    body: AdminTokenRequest,
    status: 201,
    answer: 'The token. It is in this answer and nowhere else.',
    content: z.object({ id: z.string(), token: z.string(), summary: Token }),
    refusals: { 403: ['forbidden'], 409: ['exists'] },
  },
  {
    method: 'delete',
    path: '/tokens/:id',
    summary: 'End a token for good, from the next call on',
    right: 'admin.write',
    answer: 'The token as it is now.',
    content: Token,
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'get',
    path: '/people',
    summary: 'Who has which roles',
    right: 'admin.write',
    answer: 'People, groups and service tokens of Access that were given roles.',
    content: z.object({ people: z.array(Person) }),
  },
  {
    method: 'get',
    path: '/people/me',
    summary: 'Who is asking, and what they may do',
    right: null,
    answer: 'The actor, its roles and its rights.',
    content: z.object({ actor: Actor, permissions: z.array(z.enum(PERMISSIONS)) }),
  },
  {
    method: 'put',
    path: '/people/:principal',
    summary:
      'Give an e-mail address, `group:<name>` or `access:<client id>` these roles, instead of what it had',
    right: 'admin.write',
    body: Grant,
    answer: 'What it has now.',
    content: Person,
    refusals: { 403: ['forbidden'] },
  },
  {
    method: 'delete',
    path: '/people/:principal',
    summary: 'Take all roles away',
    right: 'admin.write',
    answer: 'Who has none now.',
    content: z.object({ principal: z.string() }),
    refusals: { 403: ['forbidden'], 404: ['not_found'] },
  },
  {
    method: 'get',
    path: '/decisions',
    summary:
      'Decisions, refusals and failures, without content, the newest first. Without the right audit.read: of the own apps only',
    right: 'decisions.read',
    query: DecisionsQuery,
    answer: 'A page. `next`, as `before`, asks for the one after it; null on the last.',
    content: z.object({
      tenant: z.string(),
      through: z.int().describe('up to which entry of the journal this reads'),
      decisions: z.array(FoundDecision),
      next: z.string().nullable(),
    }),
  },
  {
    method: 'get',
    path: '/decisions/:id',
    summary: 'A receipt: what was decided and why, what its attempts came to, and proofs',
    right: 'decisions.read',
    query: TenantQuery,
    answer:
      'As `GET /v1/decisions/{id}` gives it. Without the right audit.read: of the own apps only.',
    content: z.looseObject({
      id: z.string(),
      at: IsoTime,
      settled: z.array(z.looseObject({ outcome: z.string(), cost_pico_usd: z.string() })),
      journal: z.array(z.looseObject({ seq: z.int(), hash: HashText, body: z.string() })),
    }),
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'get',
    path: '/audit/calls',
    summary: 'Calls of this API: who, when, which route, how it ended. The newest first',
    right: 'audit.read',
    query: CallsQuery,
    answer: 'A page. `next`, as `before`, asks for the one after it; null on the last.',
    content: z.object({
      calls: z.array(AdminEvent.extend({ hash: HashText })),
      next: z.int().nullable(),
    }),
  },
  {
    method: 'get',
    path: '/audit/calls/verify',
    summary: 'Walk the chain of calls from the first and compute every hash',
    right: 'audit.read',
    answer: 'Whether it holds; if not, which line is missing, changed or not linked.',
    content: z.object({
      holds: z.boolean(),
      events: z.int(),
      headHash: HashText,
      brokenAt: z.int().nullable(),
      note: z
        .string()
        .nullable()
        .describe(
          'the number of lines and the last hash, signed with AUDIT_KEY (C2SP signed-note)',
        ),
      verifierKey: z.string().nullable(),
    }),
  },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    right: null,
    answer: 'OpenAPI 3.1.',
    content: z.looseObject({ openapi: z.literal('3.1.0') }),
  },
]
