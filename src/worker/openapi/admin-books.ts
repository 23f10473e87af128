import * as z from 'zod'
import { ImportRequest, KeyRequest, RotateRequest } from '../../access/key-request.ts'
import { Caller } from '../../domain/caller.ts'
import { StoredEntry } from '../../journal/entry.ts'
import { Finance } from '../../ledger/finance.ts'
import { ConsistencyQuery, PackQuery } from '../routes/admin/audit.ts'
import { PeriodQuery, TenantQuery } from '../routes/admin/input.ts'
import { ExportQuery } from '../routes/admin/ledger-export.ts'
import { Booking, PeriodChange } from '../routes/admin/ledger-period.ts'
import { InvoiceImport } from '../routes/admin/ledger-reconcile.ts'
import { ReportQuery } from '../routes/admin/ledger-report.ts'
import { CSV, HashText, Milliseconds, TEXT, type AdminRoute } from './route.ts'

const InForce = z
  .boolean()
  .describe('false: everywhere when the journal’s lease runs out, within 30 s')

const KEY_ROUTES: readonly AdminRoute[] = [
  {
    method: 'get',
    path: '/keys',
    summary: 'Keys of a tenant, the newest first, without their secrets',
    right: 'keys.read',
    query: TenantQuery,
    answer: 'All keys, revoked ones among them.',
    content: z.object({
      keys: z.array(
        z.object({
          caller: Caller,
          createdAtMs: Milliseconds,
          revokedAtMs: Milliseconds.nullable(),
          previousUntilMs: Milliseconds.nullable(),
          imported: z.boolean(),
        }),
      ),
    }),
  },
  {
    method: 'post',
    path: '/keys',
    summary: 'Make a key',
    right: 'keys.write',
    body: KeyRequest,
    status: 201,
    answer: 'The key. It is in this answer and nowhere else.',
    content: z.object({ id: z.string(), key: z.string(), caller: Caller }),
  },
  {
    method: 'post',
    path: '/keys/import',
    summary: 'Accept another gateway’s key, known by its SHA-256',
    right: 'keys.write',
    body: ImportRequest,
    status: 201,
    answer: 'Its id here.',
    content: z.object({ id: z.string(), caller: Caller }),
    refusals: { 409: ['exists'] },
  },
  {
    method: 'post',
    path: '/keys/:id/rotate',
    summary: 'Give a key a new secret; the old one works until the overlap ends',
    right: 'keys.write',
    body: RotateRequest,
    answer: 'The new key, in this answer and nowhere else.',
    content: z.object({
      id: z.string(),
      key: z.string(),
      previousUntilMs: Milliseconds,
      inForce: InForce,
    }),
    refusals: { 404: ['not_found'] },
  },
  {
    method: 'delete',
    path: '/keys/:id',
    summary: 'End a key for good',
    right: 'keys.write',
    answer: 'Whether it has ended everywhere already.',
    content: z.object({ id: z.string(), inForce: InForce }),
    refusals: { 404: ['not_found'] },
  },
]

const LEDGER_ROUTES: readonly AdminRoute[] = [
  {
    method: 'get',
    path: '/ledger/export',
    summary: 'A month as CSV, FOCUS or a batch for the general ledger',
    right: 'ledger.read',
    query: ExportQuery,
    answer: 'The rows; with `as=ndjson` a JSON object a line.',
    content: CSV,
    headers: {
      'demarc-ledger-head': 'The last entry of the journal.',
      'demarc-ledger-through': 'Up to which entry this reads: complete if it equals the head.',
      'demarc-finance': 'The hash of finance’s own file.',
    },
  },
  {
    method: 'get',
    path: '/ledger/report/:name',
    summary: 'Figures for finance: statements, unit costs, forecasts, variances and others',
    right: 'ledger.read',
    query: ReportQuery,
    answer: 'Lines; money is pico-dollars as text. `ledger` says how far they read.',
    content: z.object({
      tenant: z.string(),
      period: z.string(),
      report: z.string(),
      ledger: z.object({ through: z.int(), head: z.int() }),
      finance: z.string().nullable(),
      lines: z.unknown(),
    }),
  },
  {
    method: 'get',
    path: '/ledger/verify',
    summary: 'Check the books against the journal',
    right: 'ledger.read',
    query: TenantQuery,
    answer: 'Whether they agree, and where not.',
    content: z.object({
      tenant: z.string(),
      holds: z.boolean(),
      findings: z.array(z.object({ check: z.string(), problem: z.string() })),
      entries: z.int(),
      headHash: z.string(),
      postedUsd: z.string(),
    }),
  },
  {
    method: 'get',
    path: '/ledger/reconcile',
    summary: 'What earlier comparisons with invoices found',
    right: 'ledger.read',
    query: TenantQuery,
    answer: 'The last hundred.',
    content: z.object({ tenant: z.string(), runs: z.array(z.looseObject({ id: z.string() })) }),
  },
  {
    method: 'post',
    path: '/ledger/reconcile',
    summary: 'Compare an invoice with the ledger, and book the differences if asked to',
    right: 'ledger.write',
    body: InvoiceImport,
    answer: 'What differs.',
    content: z.looseObject({}),
    refusals: { 409: ['not_now'] },
  },
  {
    method: 'get',
    path: '/ledger/period',
    summary: 'Months and their states, and who changed them why',
    right: 'ledger.read',
    query: TenantQuery,
    answer: 'All months that are not simply open, and every change.',
    content: z.object({
      tenant: z.string(),
      periods: z.array(z.looseObject({ period: z.string(), state: z.string() })),
      events: z.array(z.looseObject({ period: z.string(), state: z.string() })),
    }),
  },
  {
    method: 'post',
    path: '/ledger/period',
    summary: 'Close, soft-close or reopen a month',
    right: 'ledger.write',
    body: PeriodChange,
    answer: 'The new state, and what came of it.',
    content: z.object({
      tenant: z.string(),
      period: z.string(),
      state: z.string(),
      result: z.unknown(),
    }),
    refusals: { 409: ['not_now'] },
  },
  {
    method: 'get',
    path: '/ledger/statement',
    summary: 'The statement of a month: sealed if it is closed, else a draft',
    right: 'ledger.read',
    query: PeriodQuery,
    answer: 'Its canonical text, digest and signature, and the same as CSV.',
    content: z.object({
      isDraft: z.boolean(),
      text: z.string(),
      digest: HashText,
      signature: z.string().nullable(),
      csv: z.string(),
    }),
  },
  {
    method: 'post',
    path: '/ledger/corrections',
    summary: 'Book corrections; the same batch is booked once',
    right: 'ledger.write',
    body: Booking,
    answer: 'The entries that were made.',
    content: z.object({ tenant: z.string(), batch: z.string(), entries: z.unknown() }),
    refusals: { 409: ['not_now'] },
  },
  {
    method: 'get',
    path: '/ledger/finance',
    summary: 'Finance’s own file: accounts, cost centres, currencies, purchases',
    right: 'ledger.read',
    query: TenantQuery,
    answer: 'The one in force.',
    content: z.looseObject({}),
  },
  {
    method: 'put',
    path: '/ledger/finance',
    summary: 'Put finance’s own file in force',
    right: 'ledger.write',
    query: TenantQuery,
    body: Finance,
    answer: 'Its hash.',
    content: z.object({ hash: HashText }),
  },
]

const AUDIT_ROUTES: readonly AdminRoute[] = [
  {
    method: 'get',
    path: '/audit/key',
    summary: 'What checks the signatures of a tenant’s audit log',
    right: 'audit.read',
    query: TenantQuery,
    answer: 'The log’s name and its verifier key (C2SP signed-note).',
    content: z.object({ origin: z.string(), verifierKey: z.string() }),
    refusals: { 503: ['misconfigured'] },
  },
  {
    method: 'get',
    path: '/audit/checkpoint',
    summary: 'The newest signed head of the audit log',
    right: 'audit.read',
    query: TenantQuery,
    answer: 'A checkpoint (C2SP tlog-checkpoint).',
    content: TEXT,
    refusals: { 503: ['misconfigured'] },
  },
  {
    method: 'get',
    path: '/audit/consistency',
    summary: 'Proof that one head of the log continues another',
    right: 'audit.read',
    query: ConsistencyQuery,
    answer: 'Hashes after RFC 6962.',
    content: z.object({ from: z.int(), to: z.int(), hashes: z.array(z.string()) }),
  },
  {
    method: 'get',
    path: '/audit/pack',
    summary: 'Consecutive entries with a proof, for `demarc audit verify`',
    right: 'audit.read',
    query: PackQuery,
    answer: 'A pack of evidence.',
    content: z.object({
      format: z.literal('demarc-evidence@v1'),
      verifierKey: z.string(),
      entries: z.array(StoredEntry),
      proof: z.string(),
    }),
    refusals: { 404: ['not_found'], 503: ['misconfigured'] },
  },
]

/** Keys, the ledger and the audit log of decisions. */
export const BOOK_ROUTES: readonly AdminRoute[] = [...KEY_ROUTES, ...LEDGER_ROUTES, ...AUDIT_ROUTES]
