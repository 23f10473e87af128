import * as z from 'zod'
import { ok } from '../../domain/result.ts'
import { amountPico, parsed, type InvoiceFormat, type InvoiceLine } from './invoice.ts'

const Count = z.int().nonnegative()

const CostReport = z.object({
  data: z.array(
    z.object({
      starting_at: z.iso.datetime({ offset: true }),
      results: z.array(
        z.object({
          amount: z.string(),
          currency: z.string(),
          model: z.string().nullish(),
          description: z.string().nullish(),
        }),
      ),
    }),
  ),
})

/**
 * Anthropic, `GET /v1/organizations/cost_report?group_by[]=description`: days of cost, in cents as decimal text. It omits
 * the priority tier. Source: https://platform.claude.com/docs/en/api/admin/cost_report.
 */
export const anthropicCosts: InvoiceFormat = {
  recognise: (json) => hasField(json, 'amount'),
  read: (json) => {
    const report = parsed(CostReport, json)
    if (!report.ok) return report
    return ok(
      report.value.data.flatMap(({ starting_at: start, results }) =>
        results.map(({ amount, model }): InvoiceLine => ({
          ...EMPTY,
          day: start.slice(0, 10),
          model: model ?? null,
          costPicoUsd: String(amountPico(amount, 2) ?? 0n),
        })),
      ),
    )
  },
}

const UsageReport = z.object({
  data: z.array(
    z.object({
      starting_at: z.iso.datetime({ offset: true }),
      results: z.array(
        z.object({
          uncached_input_tokens: Count,
          cache_read_input_tokens: Count,
          cache_creation: z.object({
            ephemeral_5m_input_tokens: Count,
            ephemeral_1h_input_tokens: Count,
          }),
          output_tokens: Count,
          model: z.string().nullish(),
        }),
      ),
    }),
  ),
})

/**
 * Anthropic, `GET /v1/organizations/usage_report/messages?group_by[]=model`: tokens, no requests and no cost.
 * Source: https://platform.claude.com/docs/en/api/admin/usage_report.
 */
export const anthropicUsage: InvoiceFormat = {
  recognise: (json) => hasField(json, 'uncached_input_tokens'),
  read: (json) => {
    const report = parsed(UsageReport, json)
    if (!report.ok) return report
    return ok(
      report.value.data.flatMap(({ starting_at: start, results }) =>
        results.map((each): InvoiceLine => ({
          ...EMPTY,
          day: start.slice(0, 10),
          model: each.model ?? null,
          tokens: {
            input_tokens: each.uncached_input_tokens,
            cached_input_tokens: each.cache_read_input_tokens,
            cache_write_5m_tokens: each.cache_creation.ephemeral_5m_input_tokens,
            cache_write_1h_tokens: each.cache_creation.ephemeral_1h_input_tokens,
            output_tokens: each.output_tokens,
          },
        })),
      ),
    )
  },
}

const EMPTY = { requestId: null, costPicoUsd: null, requests: null, tokens: null }

const Results = z.object({
  data: z.array(
    z.object({ starting_at: z.string(), results: z.array(z.record(z.string(), z.unknown())) }),
  ),
})

function hasField(json: unknown, field: string): boolean {
  const first = Results.safeParse(json).data?.data.flatMap(({ results }) => results)[0]
  return first !== undefined && Object.hasOwn(first, field)
}
