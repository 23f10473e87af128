import type { Provider } from './providers.ts'

/** Says which providers are real and which are simulated, and why. */
export function banner(providers: readonly Provider[]): string {
  const lines = ['Demarc, running locally', '']
  const real = providers.filter(({ kind }) => kind === 'real')
  for (const { id, because } of real) lines.push(`  REAL       ${id.padEnd(12)}${because}`)
  for (const { id, kind, because } of providers) {
    if (kind === 'simulated') lines.push(`  simulated  ${id.padEnd(12)}${because}`)
  }
  if (real.length > 0) lines.push('', 'REAL providers get the samples below and may bill them.')
  lines.push('')
  return lines.join('\n')
}

/** What to copy, once it serves. */
export function howToUse(url: string, key: string, loginUrl: string): string {
  return [
    '',
    `base URL  ${url}/v1`,
    `key       ${key}`,
    `console   ${loginUrl}`,
    '          (opens once, within 15 minutes)',
    '',
    `curl ${url}/v1/chat/completions -H 'authorization: Bearer ${key}' \\`,
    `  -H 'content-type: application/json' -d '{"model":"auto","messages":[{"role":"user","content":"Hello"}]}'`,
    '',
    `new OpenAI({ baseURL: '${url}/v1', apiKey: '${key}' })`,
    '',
    'Ctrl-C stops it. The data stay in .demarc/.',
  ].join('\n')
}
