import * as z from 'zod'
import { Retention } from '../../policy/retention.ts'
import { TenantQuery } from '../routes/admin/input.ts'
import { EraseRequest, HoldRequest, ReleaseRequest } from '../routes/admin/retention.ts'
import type { AdminRoute } from './route.ts'

/** How long records are kept, what must not be deleted, and what has to be. */
export const RETENTION_ROUTES: readonly AdminRoute[] = [
  {
    method: 'get',
    path: '/retention',
    summary: 'How long records are kept, holds, and what was deleted',
    right: 'audit.read',
    query: TenantQuery,
    answer: 'Where retention stands.',
    content: z.looseObject({ tenant: z.string() }),
  },
  {
    method: 'put',
    path: '/retention',
    summary: 'Put policies/retention.yaml in force',
    right: 'retention.write',
    query: TenantQuery,
    body: Retention,
    answer: 'What is in force now.',
    content: z.object({ tenant: z.string(), retention: z.looseObject({}) }),
  },
  {
    method: 'post',
    path: '/retention/holds',
    summary: 'Keep records from being deleted: of an app or all, of some days or all',
    right: 'retention.write',
    query: TenantQuery,
    body: HoldRequest,
    answer: 'The hold, with its number.',
    content: z.looseObject({ tenant: z.string(), id: z.int() }),
  },
  {
    method: 'post',
    path: '/retention/holds/:id/release',
    summary: 'End a hold',
    right: 'retention.write',
    query: TenantQuery,
    body: ReleaseRequest,
    answer: 'Its number.',
    content: z.object({ tenant: z.string(), id: z.int() }),
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'post',
    path: '/retention/erase',
    summary:
      'Destroy the keys of what names a subject; the subject is in the body, never in the path',
    right: 'retention.write',
    query: TenantQuery,
    body: EraseRequest,
    answer: 'What was erased, and what is held or too young.',
    content: z.looseObject({ tenant: z.string(), complete: z.boolean() }),
    refusals: { 503: ['misconfigured'] },
  },
]
