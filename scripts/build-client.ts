/**
 * Builds `portolan/client` into a folder (`dist/client` unless another is named): one file of JavaScript for anything
 * that has `fetch`, and its declarations.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = new URL('../', import.meta.url).pathname

/** @returns the names of the files that were written. */
export async function buildClient(folder: string): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true })
  await build({
    entryPoints: [join(root, 'src/client/index.ts')],
    outfile: join(folder, 'index.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.client.json', '--outDir', folder], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) {
    throw new Error(`tsc -p tsconfig.client.json: ${stdout}`)
  }
  const kept = keepReached(folder)
  return ['index.js', ...kept]
}

/** Leaves the declarations that `index.d.ts` leads to, and has them name each other as what they describe. */
function keepReached(folder: string): string[] {
  const reached = new Set<string>()
  const reach = (name: string): void => {
    if (reached.has(name)) {
      return
    }
    reached.add(name)
    const file = join(folder, name)
    const text = readFileSync(file, 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'")
    writeFileSync(file, text)
    for (const [, module] of text.matchAll(/from '\.\/([\w-]+)\.js'/g)) {
      reach(`${module}.d.ts`)
    }
  }
  reach('index.d.ts')
  for (const name of globSync('*.d.ts', { cwd: folder }).filter((each) => !reached.has(each))) {
    rmSync(join(folder, name))
  }
  return [...reached]
}

if (import.meta.main) {
  await buildClient(resolve(process.argv[2] ?? join(root, 'dist/client')))
}
