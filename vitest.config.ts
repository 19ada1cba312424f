import { join } from 'node:path'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { runtimesReporter } from './test/support/runtimes-reporter.ts'

/** With TEST_RESULTS, a folder: each run leaves its counts there, for scripts/ci-summary.ts. */
const results = process.env.TEST_RESULTS

/** Node keeps here what it has compiled: processes that tests start from the sources share it. */
const COMPILED = join(import.meta.dirname, 'node_modules/.cache/compiled')

/** Test files share processes, so that what they import is loaded once: none may leave anything of its own behind. */
const SHARED = { isolate: false }

/** Wrangler, which some tests start, makes no connections of its own. */
const OFFLINE = { CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' }

/** Processes that are killed, the timer of a process, a server without tokens, a live cluster: there is none on Workers. */
const NODE_ONLY = [
  'test/api/durability.test.ts',
  'test/api/foreign-host.test.ts',
  'test/api/gates-late.test.ts',
  'test/api/gates-live.test.ts',
  'test/api/key-rotation.test.ts',
  'test/api/live-rollout.test.ts',
  'test/api/ticker.test.ts',
]

export default defineConfig({
  test: {
    // Two noisy cores: a test ends by what it waits for, and this only ends one that hangs.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: results
      ? [
          'default',
          runtimesReporter,
          ['json', { outputFile: `${results}/${process.env.npm_lifecycle_event ?? 'vitest'}.json` }],
        ]
      : ['default', runtimesReporter],
    projects: [
      {
        extends: true,
        test: {
          ...SHARED,
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [
            'test/runtime/workers/**',
            'test/system/**',
            'test/cluster/**',
            'test/egress/**',
            'test/image/**',
            'test/chart/**',
            'test/release/**',
            'test/clients/**',
            'test/browser/**',
          ],
          env: { ...OFFLINE, NODE_COMPILE_CACHE: COMPILED },
        },
      },
      {
        extends: true,
        test: {
          ...SHARED,
          // Once more: the suites of the API, over HTTP to local workerd with its D1, queues and cron, of the network, of the queue.
          name: 'contracts-on-workers',
          include: [
            'test/api/**/*.test.ts',
            // Of the pages the one that negotiates, the login, and what stands in addresses; the others are the same text on both.
            'test/pages/login.test.ts',
            'test/pages/queries.test.ts',
            'test/pages/reports.test.ts',
            'test/network/**/*.test.ts',
            'test/queue/**/*.test.ts',
          ],
          exclude: NODE_ONLY,
          env: { ...OFFLINE, TEST_RUNTIME: 'workers' },
        },
      },
      // Needs programs of Debian's: `npm run test:system`.
      { extends: true, test: { name: 'system', include: ['test/system/**/*.test.ts'] } },
      // Needs root or user namespaces, and programs of Debian's: `npm run test:cluster`.
      { extends: true, test: { name: 'cluster', include: ['test/cluster/**/*.test.ts'] } },
      // Needs root or user namespaces: `npm run test:egress`.
      { extends: true, test: { name: 'egress', include: ['test/egress/**/*.test.ts'] } },
      // Needs Debian's Chromium: `npm run test:browser`.
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          env: { NODE_COMPILE_CACHE: COMPILED },
        },
      },
      // Needs helm, which scripts/deploy-tools.sh builds where Go is: `npm run test:chart`.
      { extends: true, test: { name: 'chart', include: ['test/chart/**/*.test.ts'] } },
      // Needs Go and Python, whose generators it gets: `npm run test:clients`.
      { extends: true, test: { name: 'clients', include: ['test/clients/**/*.test.ts'] } },
      // Packs a release, and fetches other versions of Node from npm's registry: `npm run test:release`.
      { extends: true, test: { name: 'release', include: ['test/release/**/*.test.ts'] } },
      // Needs root, and programs of Debian's: `npm run test:image`.
      { extends: true, test: { name: 'image', include: ['test/image/**/*.test.ts'] } },
      // Needs Go, and its module proxy: `npm run test:gates`.
      { extends: true, test: { name: 'gates', include: ['test/gates/**/*.gates.ts'] } },
      // Needs a kube-apiserver and an etcd: `npm run test:live`.
      { extends: true, test: { name: 'live', include: ['test/live/**/*.live.ts'] } },
      {
        extends: true,
        // Inside workerd, on the D1 that comes with it; no account, no internet.
        plugins: [
          cloudflareTest(async () => ({
            miniflare: {
              compatibilityDate: '2026-11-01',
              compatibilityFlags: ['nodejs_compat'],
              d1Databases: ['DB'],
              bindings: { TEST_MIGRATIONS: await readD1Migrations('migrations') },
            },
          })),
        ],
        test: { name: 'workers', include: ['test/runtime/workers/**/*.test.ts'] },
      },
    ],
  },
})
