/**
 * Bundles the server into `dist/server.js`, its thread that probes into `dist/prober.js` and the process that reads
 * large bodies into `dist/reader.js`, the command line into `dist/cli.js`, its commands that copy the database into
 * `dist/backup.js` (better-sqlite3 stays outside, it has a native part), the pages that it serves into `dist/public`,
 * what V8 compiles of it at a start into `dist/compiled`, and, last, `dist/portolan.cjs`, which runs it all. With
 * `--if-needed`, does nothing where a build younger than its sources is.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { buildPages } from './build-pages.ts'
import { fillCompileCache } from './fill-compile-cache.ts'

const require = createRequire(import.meta.url)

/**
 * Leaves out what is loaded at every start and never used. That is zod's messages in 50 languages and all of undici
 * but its client, its pool and its errors, together a third of the bundle and 30 % of the CPU time of a start (`npm run
 * bench:start`); Node's own undici, which an `import` of `node:http` loads for the sake of its `WebSocket`, another
 * tenth; and `node:http2`, by which Hono's adapter would know the requests of an HTTP/2 server, which this is not,
 * 10 ms. Of what only the first message of MCP loads, a validator of JSON Schema that nothing here asks (src/api/mcp). A
 * name that is imported and not here fails the build.
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
      contents: `const { createServer, request, ServerResponse, STATUS_CODES } = process.getBuiltinModule('node:http')
        export { createServer, request, ServerResponse, STATUS_CODES }`,
    }))
    onResolve({ filter: /^(node:)?http2$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'http2', namespace: 'unused' } : null,
    )
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
      contents: `export class Http2ServerRequest {}
        export const constants = {}`,
    }))
    onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, () => ({
      path: join(import.meta.dirname, '../src/api/mcp/sdk-shims.ts'),
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

const LOCK = join('dist', '.building')
const LOCK_OLD_MS = 180_000

/** What the demonstration shows is text in the bundle, which is to run wherever it is put. */
const packedTexts: Plugin = {
  name: 'packed-texts',
  setup({ onLoad }) {
    onLoad({ filter: /\/demo\/packed\.ts$/ }, async ({ path }) => {
      const texts: Readonly<Record<string, unknown>> = await import(path)
      const lines = Object.entries(texts).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}`)
      return { contents: lines.join('\n') }
    })
  },
}

const START = join('dist', 'portolan.cjs')

const COMMON: BuildOptions = {
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  external: ['better-sqlite3'],
  plugins: [onlyWhatIsUsed, packedTexts],
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

async function buildAll(): Promise<void> {
  buildPages()
  for (const stale of globSync('dist/server-*.js')) {
    rmSync(stale)
  }
  // What only some servers need, as reading a cluster, lies in files of its own, which the others do not load
  await build({
    ...COMMON,
    entryPoints: { server: 'src/runtime/node/serve.ts' },
    splitting: true,
    chunkNames: 'server-[hash]',
  })
  // One file, so that it runs wherever it is put; what starts nothing of a server has no need of better-sqlite3
  await build({ ...COMMON, entryPoints: { cli: 'src/runtime/cli/main.ts' } })
  await build({
    ...COMMON,
    entryPoints: {
      prober: 'src/runtime/node/prober-thread.ts',
      reader: 'src/runtime/node/reader-process.ts',
      backup: 'src/runtime/node/backup-commands.ts',
    },
  })
  for (const file of globSync(['dist/{prober,reader,backup,cli}.js', 'dist/server*.js'])) {
    escapeNonAscii(file)
  }
  await fillCompileCache('dist/server.js', 'dist/compiled')
  copyFileSync('src/runtime/cli/entry.cjs', START)
  // The command line compiles into the same folder. Nothing is dialled: all paths of this Service are inside a cluster
  const once = [START, 'check', '-f', 'examples/manifests/clusterip.yaml', '--allow-inconclusive', '--no-project-file']
  // What it finds is of no matter here, and neither are the settings of whoever builds
  spawnSync(process.execPath, once, { stdio: 'ignore', env: { PATH: process.env.PATH } })
  chmodSync(START, 0o755)
  for (const name of ['kubectl-portolan.cjs', 'action.cjs']) {
    copyFileSync(join('src/runtime/cli', name), join('dist', name))
  }
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
  const inputs = globSync([
    'src/**/*.{ts,tsx,cjs,js,css,svg}',
    'examples/{demo,manifests,try}/*',
    'docs/{.,errors,failures,diagnoses,guides}/*.md',
    'package-lock.json',
    'package.json',
  ])
  return inputs.every((file) => statSync(file).mtimeMs < builtAtMs)
}

/** Two builds at once, as two suites start them, would read what the other is writing. A lock that is old was left behind. */
async function alone(act: () => Promise<void>): Promise<void> {
  mkdirSync('dist', { recursive: true })
  for (;;) {
    try {
      mkdirSync(LOCK)
      break
    } catch {
      const since = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? 0
      if (Date.now() - since > LOCK_OLD_MS) {
        rmSync(LOCK, { recursive: true, force: true })
      }
      await setTimeout(100)
    }
  }
  try {
    await act()
  } finally {
    rmSync(LOCK, { recursive: true, force: true })
  }
}

await alone(async () => {
  if (!process.argv.includes('--if-needed') || !isCurrent()) {
    await buildAll()
  }
})
