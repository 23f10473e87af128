import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'
import { readPolicies } from './scripts/lib/seed.ts'
import { canonicalBundle } from './src/policy/bundle.ts'
import { MatrixReporter } from './test/e2e/matrix-reporter.ts'

const UNIT_ONLY = ['test/worker/**', 'test/e2e/**']

export default defineConfig({
  test: {
    reporters: ['default', new MatrixReporter()],
    // One more than the cores of a small machine: much of the time is spent waiting for settlements and alarms.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          testTimeout: 30_000, // a loaded machine is no failure
          include: ['test/**/*.test.ts'],
          exclude: UNIT_ONLY,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            remoteBindings: false,
            miniflare: {
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations('./migrations'),
                ADMIN_TOKEN: 'test-admin-token-0123456789',
                HASH_KEY: 'test-hash-key-0123456789abcdef',
                TEST_BUNDLE: canonicalBundle(await readPolicies()).text,
                TOGETHER_API_KEY: 'test-together-key',
                FIREWORKS_API_KEY: 'test-fireworks-key',
                VLLM_URL: 'https://vllm.example/v1',
              },
            },
          })),
        ],
        test: { name: 'worker', include: ['test/worker/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
