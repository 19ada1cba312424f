/**
 * Bundles the server into `dist/`: `portolan.js` (better-sqlite3 stays outside, it has a native part) and `public/`,
 * the pages that it serves under `/docs`. With `--if-needed`, does nothing where a build younger than its sources is.
 */
import { cpSync, existsSync, globSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const OUT = 'dist/portolan.js'

if (!process.argv.includes('--if-needed') || !isCurrent()) {
  rmSync('dist', { recursive: true, force: true })
  await build({
    entryPoints: { portolan: 'src/runtime/node/main.ts' },
    outdir: 'dist',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    external: ['better-sqlite3'],
    // Some packages are CommonJS and ask for `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    legalComments: 'none',
    logLevel: 'warning',
  })
  for (const folder of ['errors', 'failures', 'diagnoses']) {
    if (existsSync(join('docs', folder))) cpSync(join('docs', folder), join('dist/public', folder), { recursive: true })
  }
  const ui = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) cpSync(join(ui, file), join('dist/public/ui', file))
}

function isCurrent(): boolean {
  if (!existsSync(OUT)) return false
  const builtAtMs = statSync(OUT).mtimeMs
  const inputs = globSync(['src/**/*.ts', 'docs/{errors,failures,diagnoses}/*.md', 'package-lock.json', 'package.json'])
  return inputs.every((file) => statSync(file).mtimeMs < builtAtMs)
}
