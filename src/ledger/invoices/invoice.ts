import * as z from 'zod'
import { err, ok, type Result } from '../../domain/result.ts'

const Count = z.int().nonnegative()

/** What somebody bills for a day and a model, in our words. Unknown figures are null: a usage report has no cost, an invoice no tokens. */
export const InvoiceLine = z.strictObject({
  /** UTC. */
  day: z.iso.date(),
  /** As the provider names it; null where it does not say. */
  model: z.string().nullable(),
  /** Its id of the request, where it lists requests. */
  requestId: z.string().nullable(),
  /** Pico-dollars as text; rounded to a pico-dollar where the provider gives more digits. */
  costPicoUsd: z
    .string()
    .regex(/^-?\d{1,18}$/)
    .nullable(),
  requests: Count.nullable(),
  tokens: z
    .strictObject({
      input_tokens: Count,
      cached_input_tokens: Count,
      cache_write_5m_tokens: Count,
      cache_write_1h_tokens: Count,
      output_tokens: Count,
    })
    .nullable(),
})
export type InvoiceLine = z.infer<typeof InvoiceLine>

/** How a provider writes what it bills. */
export type InvoiceFormat = {
  /** Whether a parsed JSON value, or the header of a CSV, is this format. */
  readonly recognise: (json: unknown) => boolean
  readonly read: (json: unknown) => Result<readonly InvoiceLine[], string>
}

/** Pico-dollars of an amount in dollars, or in cents with `scale` 2, in whatever notation; undefined if it is none. */
export function amountPico(amount: string | number, scale = 0): bigint | undefined {
  const text =
    typeof amount === 'number'
      ? plainNumber(amount)
      : amount
          .trim()
          .replace(/^(-?)\$/, '$1')
          .replaceAll(',', '')
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text)
  const [, sign = '', whole = '', fraction = ''] = match ?? []
  if (match === null || whole + fraction === '') return undefined
  const digits = 12 - scale
  const kept = BigInt((whole || '0') + fraction.slice(0, digits).padEnd(digits, '0'))
  const roundUp = (fraction[digits] ?? '0') >= '5' ? 1n : 0n
  return sign === '-' ? -(kept + roundUp) : kept + roundUp
}

/** Without an exponent: 6e-7 is 0.0000006. More than 15 digits are not what the provider meant. */
const plainNumber = (value: number): string =>
  String(value).includes('e') ? value.toFixed(15) : String(value)

export const dayOfSeconds = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(0, 10)

/** The first problem of a parse, as a sentence. */
export function parsed<T extends z.ZodType>(schema: T, json: unknown): Result<z.infer<T>, string> {
  const checked = schema.safeParse(json)
  if (checked.success) return ok(checked.data)
  const [issue] = checked.error.issues
  return err(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not the format'}`)
}
