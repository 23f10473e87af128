import * as z from 'zod'

const Refused = z.object({ error: z.object({ message: z.string() }) })

/** Says why the admin API refused. The exit code of a command that could not run. */
export async function explain(response: Response): Promise<number> {
  const text = await response.text()
  console.error(`${response.status}: ${messageOf(text) ?? response.statusText}`)
  return 2
}

function messageOf(text: string): string | undefined {
  try {
    const refused = Refused.safeParse(JSON.parse(text))
    return refused.success ? refused.data.error.message : undefined
  } catch {
    return undefined // not from the admin API: a proxy's page says nothing useful here
  }
}

/** The command line is not right: what is expected, and how. */
export function wrong(problem: string, usage: string): number {
  console.error(`${problem}\n\n${usage}`)
  return 2
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** Milliseconds of `90s`, `30m`, `12h`, `7d` or `0`; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') return 0
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const unitMs = UNITS_MS.get(unit ?? '')
  return amount === undefined || unitMs === undefined ? undefined : Number(amount) * unitMs
}
