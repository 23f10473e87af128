import type { Env } from '../env.ts'

/** Uses a code up; false if that had been done already. */
export async function useLoginCode(
  env: Pick<Env, 'DB'>,
  codeHash: string,
  nowMs: number,
): Promise<boolean> {
  const { meta } = await env.DB.prepare(
    'INSERT INTO admin_login (code_hash, used_ms) VALUES (?1, ?2) ON CONFLICT DO NOTHING',
  )
    .bind(codeHash, nowMs)
    .run()
  return meta.changes === 1
}
