/**
 * The files of the built server that are published, in a tarball and in an image.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = new URL('../', import.meta.url).pathname

/** Files that are copied as they are. What V8 compiled beside the bundle is not: it holds for one build of Node alone. */
const FILES = [
  'dist/*.js',
  'dist/public',
  'node_modules/better-sqlite3/package.json',
  'node_modules/better-sqlite3/LICENSE',
  'node_modules/better-sqlite3/lib',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'openapi.yaml',
]

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

/**
 * Copies the built server into `folder`.
 *
 * @param prebuilt pattern of the native parts of better-sqlite3 that are taken, like `linux-x64.node`.
 */
export function layOutRelease(folder: string, prebuilt: string): void {
  const native = `node_modules/better-sqlite3/prebuilds/${prebuilt}`
  for (const file of globSync([...FILES, native], { cwd: root })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file), { recursive: true })
  }
  const { name, version, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { description, license, type, engines } = manifest
  const bin = { [name]: 'dist/portolan.js' }
  const packed = { name, version, description, license, private: true, type, engines, bin }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`)
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), licences())
}
