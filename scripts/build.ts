/**
 * Bundles the server into `dist/server.js`, its thread that probes into `dist/prober.js` and the process that reads
 * large bodies into `dist/reader.js`, the command that copies the database into `dist/backup.js` (better-sqlite3 stays
 * outside, it has a native part), the pages that it serves into `dist/public`, what V8 compiles of it at a start into
 * `dist/compiled`, and, last, `dist/portolan.js`, which runs it all. With `--if-needed`, does nothing where a build
 * younger than its sources is.
 */
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { buildPages } from './build-pages.ts'
import { fillCompileCache } from './fill-compile-cache.ts'

const require = createRequire(import.meta.url)

/**
 * Leaves out what is loaded at every start and never used. That is zod's messages in 50 languages and all of undici
 * but its client, its pool and its errors, together a third of the bundle and 30 % of the CPU time of a start (`npm run
 * bench:start`); Node's own undici, which an `import` of `node:http` loads for the sake of its `WebSocket`, another
 * tenth; and `node:http2`, by which Hono's adapter would know the requests of an HTTP/2 server, which this is not,
 * 10 ms. A name that is imported and not here fails the build.
 */
const onlyWhatIsUsed: Plugin = {
  name: 'only-what-is-used',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js'",
      resolveDir: dirname(path),
    }))
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'http', namespace: 'builtin' } : null,
    )
    onLoad({ filter: /.*/, namespace: 'builtin' }, () => ({
      contents: `const { createServer, ServerResponse, STATUS_CODES } = process.getBuiltinModule('node:http')
        export { createServer, ServerResponse, STATUS_CODES }`,
    }))
    onResolve({ filter: /^(node:)?http2$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'http2', namespace: 'unused' } : null,
    )
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
      contents: `export class Http2ServerRequest {}
        export const constants = {}`,
    }))
    onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'client' }))
    onLoad({ filter: /.*/, namespace: 'client' }, () => ({
      contents: `export { default as Client } from './lib/dispatcher/client.js'
        export { default as Pool } from './lib/dispatcher/pool.js'
        export { default as errors } from './lib/core/errors.js'`,
      resolveDir: dirname(require.resolve('undici')),
    }))
  },
}

const START = join('dist', 'portolan.js')

/** Where the folder can't be written, or holds what another Node has compiled, the start takes longer; no more. */
const RUN = `import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
enableCompileCache(join(import.meta.dirname, 'compiled'))
await import('./server.js')
`

const COMMON: BuildOptions = {
  outdir: 'dist',
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
}

if (!process.argv.includes('--if-needed') || !isCurrent()) {
  buildPages()
  for (const stale of globSync('dist/server-*.js')) {
    rmSync(stale)
  }
  // What only some servers need, as reading a cluster, lies in files of its own, which the others do not load
  await build({
    ...COMMON,
    entryPoints: { server: 'src/runtime/node/main.ts' },
    splitting: true,
    chunkNames: 'server-[hash]',
  })
  await build({
    ...COMMON,
    entryPoints: {
      prober: 'src/runtime/node/prober-thread.ts',
      reader: 'src/runtime/node/reader-process.ts',
      backup: 'src/runtime/node/backup-main.ts',
    },
  })
  for (const file of globSync(['dist/{prober,reader,backup}.js', 'dist/server*.js'])) {
    escapeNonAscii(file)
  }
  await fillCompileCache('dist/server.js', 'dist/compiled')
  writeFileSync(START, RUN)
}

/**
 * One character beyond Latin-1 makes V8 keep two bytes for each of the bundle, for as long as it runs. esbuild writes
 * such characters as escapes everywhere but in regular expressions, where the same escapes mean the same.
 */
function escapeNonAscii(file: string): void {
  const text = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
}

/** The start is written last, so that a build that was cut short is not taken for a whole one. */
function isCurrent(): boolean {
  if (!existsSync(START)) {
    return false
  }
  const builtAtMs = statSync(START).mtimeMs
  const inputs = globSync(['src/**/*.ts', 'docs/{errors,failures,diagnoses}/*.md', 'package-lock.json', 'package.json'])
  return inputs.every((file) => statSync(file).mtimeMs < builtAtMs)
}
