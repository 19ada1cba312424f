import { defineConfig } from 'vitest/config'

/** With TEST_RESULTS, a folder: each run leaves its counts there, for scripts/ci-summary.ts. */
const results = process.env.TEST_RESULTS

export default defineConfig({
  test: {
    reporters: results
      ? ['default', ['json', { outputFile: `${results}/${process.env.npm_lifecycle_event ?? 'vitest'}.json` }]]
      : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/runtime/workers/**', 'test/system/**', 'test/cluster/**'],
        },
      },
    ],
  },
})
