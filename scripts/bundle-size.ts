import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ROOT_DIRECTORY } from './lib/paths.ts'

const GZIPPED_BYTES_MAX = 1_000_000

/** Bundles as `wrangler deploy` would and says how large the upload is. Exit 1 above 1 MB, 2 if wrangler fails. */
function measure(): number {
  const directory = mkdtempSync(join(tmpdir(), 'demarc-bundle-'))
  try {
    const wrangler = join(ROOT_DIRECTORY, 'node_modules/wrangler/bin/wrangler.js')
    const { status, stderr } = spawnSync(
      process.execPath,
      [wrangler, 'deploy', '--dry-run', '--outdir', directory],
      {
        cwd: ROOT_DIRECTORY,
        encoding: 'utf8',
        env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
      },
    )
    if (status !== 0) {
      console.error(`wrangler deploy --dry-run failed:\n${stderr}`)
      return 2
    }
    const files = readdirSync(directory).filter((name) => /\.(?:js|mjs|wasm|bin)$/.test(name))
    const size = files
      .map((name) => gzipSync(readFileSync(join(directory, name))).length)
      .reduce((sum, bytes) => sum + bytes, 0)
    console.log(`bundle: ${size} bytes gzipped, at most ${GZIPPED_BYTES_MAX}`)
    return size <= GZIPPED_BYTES_MAX ? 0 : 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

process.exitCode = measure()
