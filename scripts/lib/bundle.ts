import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ROOT_DIRECTORY } from './paths.ts'

/** The Worker, or another one of this repository, as one ES module, the way wrangler would bundle it. */
export async function bundleWorker(entry = 'src/worker/index.ts'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT_DIRECTORY, entry)],
    absWorkingDir: ROOT_DIRECTORY,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    loader: { '.bin': 'binary' },
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error('esbuild wrote no file')
  return file.text
}

export type Compatibility = {
  readonly compatibilityDate: string
  readonly compatibilityFlags: string[]
}

/** Reads from wrangler.toml what the runtime must agree on, so that local and deployed Workers behave the same. */
export async function readCompatibility(): Promise<Compatibility> {
  const toml = await readFile(join(ROOT_DIRECTORY, 'wrangler.toml'), 'utf8')
  const date = /^compatibility_date\s*=\s*"([^"]+)"/m.exec(toml)?.[1]
  const flags = /^compatibility_flags\s*=\s*\[([^\]]*)\]/m.exec(toml)?.[1]
  if (date === undefined || flags === undefined) {
    throw new Error('wrangler.toml: compatibility_date or compatibility_flags is missing')
  }
  return {
    compatibilityDate: date,
    compatibilityFlags: [...flags.matchAll(/"([^"]+)"/g)].map(([, flag = '']) => flag),
  }
}
