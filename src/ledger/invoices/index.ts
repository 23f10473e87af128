import { anthropicCosts, anthropicUsage } from './anthropic.ts'
import type { InvoiceFormat } from './invoice.ts'
import { openaiCosts, openaiUsage } from './openai.ts'
import { table } from './table.ts'

/** By name. The first that recognises a file is taken; `table` reads what the others do not. */
export const INVOICE_FORMATS: Readonly<Record<string, InvoiceFormat>> = {
  'openai-costs': openaiCosts,
  'openai-usage': openaiUsage,
  'anthropic-costs': anthropicCosts,
  'anthropic-usage': anthropicUsage,
  table,
}
