import * as z from 'zod'
import { Bundle } from '../../policy/schema.ts'
import { BacktestRequest, TrafficQuery } from '../routes/admin/backtest.ts'
import { TenantQuery } from '../routes/admin/input.ts'
import { HashText, IsoTime, NDJSON, type AdminRoute } from './route.ts'

const InForce = z.looseObject({
  tenant: z.string(),
  saidBy: z.enum(['authority', 'record']),
  version: z.int().nullable(),
  hash: z.string().nullable(),
  everywhereSince: IsoTime.nullable().optional(),
})

/** What is in force, and what was or would be. */
export const POLICY_ROUTES: readonly AdminRoute[] = [
  {
    method: 'get',
    path: '/policy',
    summary: 'The policy in force',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'Its hash, and the bundle as policies/schema describes its tables.',
    content: z.object({ tenant: z.string(), hash: HashText, bundle: z.looseObject({}) }),
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'put',
    path: '/policy',
    summary: 'Put a whole policy in force, as a repository’s pipeline does',
    right: 'policy.activate',
    query: TenantQuery,
    body: Bundle,
    answer: 'What is in force now, and whether that loosened or tightened what was.',
    content: z.looseObject({ tenant: z.string(), hash: HashText, change: z.string() }),
    refusals: { 413: ['too_large'] },
  },
  {
    method: 'get',
    path: '/policy/history',
    summary: 'What was in force when, and how each release differed from the one before',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'All activations.',
    content: z.object({
      tenant: z.string(),
      versions: z.array(z.looseObject({ hash: HashText, activatedAt: IsoTime })),
    }),
  },
  {
    method: 'get',
    path: '/policy/in-force',
    summary: 'Since when the policy is in force everywhere, and which journals are awaited',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'What the authority says; what it last recorded, if it cannot be asked.',
    content: InForce,
  },
  {
    method: 'post',
    path: '/policy/backtest',
    summary: 'What another policy would have made of the traffic of the last days',
    right: 'policy.read',
    query: TenantQuery,
    body: BacktestRequest,
    answer: 'Newly refused, newly allowed, re-routed, and what that costs.',
    content: z.looseObject({}),
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'get',
    path: '/policy/backtest/:digest',
    summary: 'A backtest that was made before',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'The same answer as then.',
    content: z.looseObject({}),
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'get',
    path: '/policy/traffic',
    summary: 'What policies saw of the traffic: attribute vectors with counts, tokens and cost',
    right: 'policy.read',
    query: TrafficQuery,
    answer: 'One JSON object a line.',
    content: NDJSON,
  },
  {
    method: 'get',
    path: '/policy/shadow',
    summary: 'What the policy that is tried beside the one in force would have decided otherwise',
    right: 'policy.read',
    query: TenantQuery,
    answer: 'Differences, up to where the shadow has come.',
    content: z.looseObject({ tenant: z.string(), head: z.int() }),
    refusals: { 404: ['not_found'] },
  },
]
