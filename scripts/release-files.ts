/**
 * The files of a build that are published: as an npm package, in archives, and in an image.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = new URL('../', import.meta.url).pathname

/** What V8 compiled beside the bundle is not published: it holds for one build of Node alone. */
const FILES = [
  'dist/{server*,cli,prober,reader,backup}.js',
  'dist/*.cjs',
  'dist/public',
  'dist/client',
  'examples/manifests',
  'schema',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'openapi.yaml',
]
const SQLITE = ['package.json', 'LICENSE', 'lib'].map((file) => `node_modules/better-sqlite3/${file}`)

type Manifest = { name: string; version: string; license?: string }

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** The bundle contains code of these packages, whose licences ask to come along. */
function licences(): string {
  const folders = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((folder) => folder.includes('/node_modules/'))
    .toSorted()
  const texts = folders.map((folder) => {
    const { name, version, license = 'unknown' } = readManifest(folder)
    const file = globSync(join(folder, '{LICENSE,LICENCE,license}*')).at(0)
    const text = file === undefined ? `Licence: ${license}` : readFileSync(file, 'utf8').trim()
    return `${name} ${version}\n\n${text}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

/** Copies what was built, and a package.json of its own, into `folder`. better-sqlite3 is a dependency, which npm installs. */
export function layOutPackage(folder: string): void {
  for (const file of globSync(FILES, { cwd: root })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file), { recursive: true })
  }
  const { name, version, description, license, type, engines, dependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const packed = {
    ...{ name, version, description, license, type, engines },
    keywords: ['kubernetes', 'service', 'reachability', 'probe', 'smoke-test', 'kubectl-plugin'],
    bin: { [name]: 'dist/portolan.cjs', [`kubectl-${name}`]: `dist/kubectl-${name}.cjs` },
    exports: {
      './client': { types: './dist/client/index.d.ts', default: './dist/client/index.js' },
      './openapi.yaml': './openapi.yaml',
      './package.json': './package.json',
    },
    dependencies: { 'better-sqlite3': dependencies['better-sqlite3'] },
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`)
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), licences())
}

/**
 * The same with better-sqlite3, so that it runs where it is put.
 *
 * @param prebuilt pattern of the native parts of better-sqlite3 that are taken, like `linux-x64.node`.
 */
export function layOutRelease(folder: string, prebuilt: string): void {
  layOutPackage(folder)
  for (const file of globSync([...SQLITE, `node_modules/better-sqlite3/prebuilds/${prebuilt}`], { cwd: root })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file), { recursive: true })
  }
}

/** What GitHub's runner fetches for a step: it installs nothing, so all that runs is in it. */
const ACTION_FILES = ['action.yml', 'LICENSE', 'dist/action.cjs', 'dist/portolan.cjs', 'dist/cli.js']

/** Copies what the Action consists of into `folder`. */
export function layOutAction(folder: string): void {
  for (const file of ACTION_FILES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  const { name, version, license, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ name, version, license, private: true, type }, null, 2)}\n`,
  )
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), licences())
}
