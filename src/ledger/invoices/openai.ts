import * as z from 'zod'
import { ok } from '../../domain/result.ts'
import {
  amountPico,
  dayOfSeconds,
  parsed,
  type InvoiceFormat,
  type InvoiceLine,
} from './invoice.ts'

const Count = z.int().nonnegative()

const Costs = z.object({
  data: z.array(
    z.object({
      start_time: z.int(),
      results: z.array(
        z.object({
          object: z.literal('organization.costs.result'),
          amount: z.object({ value: z.union([z.number(), z.string()]), currency: z.string() }),
          line_item: z.string().nullish(),
        }),
      ),
    }),
  ),
})

/**
 * OpenAI, `GET /v1/organization/costs?group_by=line_item`: days of cost; a line item such as "gpt-5-mini, cached input"
 * names the model before the comma. Source: https://platform.openai.com/docs/api-reference/usage/costs.
 */
export const openaiCosts: InvoiceFormat = {
  recognise: (json) => hasResult(json, 'organization.costs.result'),
  read: (json) => {
    const costs = parsed(Costs, json)
    if (!costs.ok) return costs
    return ok(
      costs.value.data.flatMap(({ start_time: start, results }) =>
        results.map(({ amount, line_item: item }): InvoiceLine => ({
          ...EMPTY,
          day: dayOfSeconds(start),
          model: item?.split(',')[0]?.trim() ?? null,
          costPicoUsd: String(amountPico(amount.value) ?? 0n),
        })),
      ),
    )
  },
}

const Usage = z.object({
  data: z.array(
    z.object({
      start_time: z.int(),
      results: z.array(
        z.object({
          object: z.string(),
          input_tokens: Count,
          output_tokens: Count,
          input_cached_tokens: Count.default(0),
          num_model_requests: Count,
          model: z.string().nullish(),
        }),
      ),
    }),
  ),
})

/**
 * OpenAI, `GET /v1/organization/usage/completions?group_by=model`: tokens and requests, no cost. `input_tokens` includes
 * cached ones. Source: https://platform.openai.com/docs/api-reference/usage/completions.
 */
export const openaiUsage: InvoiceFormat = {
  recognise: (json) => hasResult(json, 'organization.usage.'),
  read: (json) => {
    const usage = parsed(Usage, json)
    if (!usage.ok) return usage
    return ok(
      usage.value.data.flatMap(({ start_time: start, results }) =>
        results.map((each): InvoiceLine => ({
          ...EMPTY,
          day: dayOfSeconds(start),
          model: each.model ?? null,
          requests: each.num_model_requests,
          tokens: {
            input_tokens: Math.max(0, each.input_tokens - each.input_cached_tokens),
            cached_input_tokens: each.input_cached_tokens,
            cache_write_5m_tokens: 0,
            cache_write_1h_tokens: 0,
            output_tokens: each.output_tokens,
          },
        })),
      ),
    )
  },
}

const EMPTY = { requestId: null, costPicoUsd: null, requests: null, tokens: null }

const Kinds = z.object({
  data: z.array(z.object({ results: z.array(z.object({ object: z.string() })) })),
})

function hasResult(json: unknown, prefix: string): boolean {
  const kinds = Kinds.safeParse(json)
  const first = kinds.data?.data.flatMap(({ results }) => results)[0]
  return first?.object.startsWith(prefix) ?? false
}
