/**
 * Bundles the server into `dist/portolan.js` (better-sqlite3 stays outside, it has a native part), and the pages that
 * it serves into `dist/public`. With `--if-needed`, does nothing where a build younger than its sources is.
 */
import { existsSync, globSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { buildPages } from './build-pages.ts'

const require = createRequire(import.meta.url)

/**
 * What is loaded at every start and never used: zod's messages in 50 languages, and all of undici but its client and its errors.
 * Together a third of the bundle and 30 % of the CPU time of a start (`npm run bench:start`). A name that is imported
 * and not here fails the build.
 */
const onlyWhatIsUsed: Plugin = {
  name: 'only-what-is-used',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js'",
      resolveDir: dirname(path),
    }))
    onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'client' }))
    onLoad({ filter: /.*/, namespace: 'client' }, () => ({
      contents: `export { default as Client } from './lib/dispatcher/client.js'
        export { default as errors } from './lib/core/errors.js'`,
      resolveDir: dirname(require.resolve('undici')),
    }))
  },
}

if (!process.argv.includes('--if-needed') || !isCurrent()) {
  buildPages()
  await build({
    entryPoints: ['src/runtime/node/main.ts'],
    outfile: 'dist/portolan.js',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    external: ['better-sqlite3'],
    plugins: [onlyWhatIsUsed],
    // Some packages are CommonJS and ask for `require`.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'\nconst require = makeRequire(import.meta.url)",
    },
    // Less to parse; names stay, and lines stay short, for the sake of stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: 'none',
    logLevel: 'warning',
  })
}

/** The bundle is written last, so that a build that was cut short is not taken for a whole one. */
function isCurrent(): boolean {
  const bundle = join('dist', 'portolan.js')
  if (!existsSync(bundle)) return false
  const builtAtMs = statSync(bundle).mtimeMs
  const inputs = globSync(['src/**/*.ts', 'docs/{errors,failures,diagnoses}/*.md', 'package-lock.json', 'package.json'])
  return inputs.every((file) => statSync(file).mtimeMs < builtAtMs)
}
