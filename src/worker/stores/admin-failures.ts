import * as z from 'zod'
import type { Env } from '../env.ts'

const KEPT_MS = 86_400_000

/** Counts a failed log-in and answers how many there were from there in this window, over all isolates. Old windows go. */
export async function countFailure(
  env: Pick<Env, 'DB'>,
  source: string,
  windowMs: number,
): Promise<number> {
  const [counted] = await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO admin_failure (window_ms, source, failures) VALUES (?1, ?2, 1)
       ON CONFLICT (window_ms, source) DO UPDATE SET failures = failures + 1 RETURNING failures`,
    ).bind(windowMs, source),
    env.DB.prepare('DELETE FROM admin_failure WHERE window_ms < ?1').bind(windowMs - KEPT_MS),
  ])
  return z.object({ failures: z.int() }).parse(counted?.results[0]).failures
}
