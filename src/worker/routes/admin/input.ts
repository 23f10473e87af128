import * as z from 'zod'
import { DEFAULT_TENANT } from '../../../access/key-request.ts'
import { err, ok, type Result } from '../../../domain/result.ts'

/** What is wrong with a request to the admin API. `field` is a dotted path; empty for the whole body. */
export type InputProblem = { readonly field: string; readonly problem: string }

export type AdminError = {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly problems?: readonly InputProblem[]
  }
}

/** Larger than any policy bundle that can be stored. */
const BODY_CHARACTERS_MAX = 2_000_000

export const adminError = (code: string, message: string): AdminError => ({
  error: { code, message },
})

export const invalid = (problems: readonly InputProblem[]): AdminError => ({
  error: {
    code: 'invalid_request',
    message: problems
      .map(({ field, problem }) => (field === '' ? problem : `${field}: ${problem}`))
      .join('; '),
    problems,
  },
})

/** The request's body, whatever JSON it is. */
export async function readJson(
  request: Request,
): Promise<Result<unknown, readonly InputProblem[]>> {
  const text = await request.text()
  if (text.length > BODY_CHARACTERS_MAX) {
    return err([
      { field: '', problem: `the body is larger than ${BODY_CHARACTERS_MAX} characters` },
    ])
  }
  try {
    return ok(JSON.parse(text))
  } catch {
    return err([{ field: '', problem: 'the body is not JSON' }])
  }
}

/** The request's body as a schema wants it. */
export async function readBody<T extends z.ZodType>(
  request: Request,
  schema: T,
): Promise<Result<z.infer<T>, readonly InputProblem[]>> {
  const json = await readJson(request)
  return json.ok ? check(json.value, schema) : json
}

export function check<T extends z.ZodType>(
  value: unknown,
  schema: T,
): Result<z.infer<T>, readonly InputProblem[]> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  return err(
    parsed.error.issues.map((issue) => ({
      field: issue.path.map(String).join('.'),
      problem: issue.message,
    })),
  )
}

export const TenantQuery = z.object({
  tenant: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
      message: 'lower-case letters, digits, dot, dash and underscore; at most 64 characters',
    })
    .default(DEFAULT_TENANT),
})

const MOMENT = 'a moment such as 2026-11-25 or 2026-11-25T09:30:00Z'

/** A day or an instant in UTC, as milliseconds. */
export const Moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { message: MOMENT })
  .transform((text) => Date.parse(text))

const MONTH = 'a calendar month in UTC such as 2026-11'

export const PeriodQuery = TenantQuery.extend({
  period: z.string({ message: MONTH }).regex(/^\d{4}-(0[1-9]|1[0-2])$/, { message: MONTH }),
})
