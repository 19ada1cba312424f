/**
 * Packs what a release publishes into a folder (`release/` unless another is named): the built server as a tarball that runs on any Node of `engines`, and
 * `SHA256SUMS`. The same commit and the same Node give the same bytes. Needs GNU tar and gzip.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = new URL('../', import.meta.url).pathname
const OUT = resolve(process.argv[2] ?? join(root, 'release'))

/** Files that are packed as they are. What V8 compiled beside the bundle is not: it holds for one build of Node alone. */
const FILES = [
  'dist/portolan.js',
  'dist/server.js',
  'dist/prober.js',
  'dist/reader.js',
  'dist/public',
  'node_modules/better-sqlite3/package.json',
  'node_modules/better-sqlite3/LICENSE',
  'node_modules/better-sqlite3/lib',
  'node_modules/better-sqlite3/prebuilds',
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

function main(): void {
  execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'], { cwd: root, stdio: 'inherit' })
  const { name, version, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const folder = `${name}-${version}`
  const at = join(OUT, folder)
  rmSync(OUT, { recursive: true, force: true })
  for (const file of FILES.filter((each) => existsSync(join(root, each)))) {
    mkdirSync(dirname(join(at, file)), { recursive: true })
    cpSync(join(root, file), join(at, file), { recursive: true })
  }
  const { description, license, type, engines } = manifest
  const bin = { [name]: 'dist/portolan.js' }
  const packed = { name, version, description, license, private: true, type, engines, bin }
  writeFileSync(join(at, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`)
  writeFileSync(join(at, 'THIRD-PARTY-LICENSES'), licences())

  const committedAt = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim()
  const tarball = join(OUT, `${folder}.tar.gz`)
  const order = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go+rX,go-w']
  const options = ['--use-compress-program=gzip -n -9', ...order, `--mtime=@${committedAt}`]
  execFileSync('tar', ['--create', `--file=${tarball}`, ...options, `--directory=${OUT}`, folder])
  rmSync(at, { recursive: true })
  const digest = createHash('sha256').update(readFileSync(tarball)).digest('hex')
  writeFileSync(join(OUT, 'SHA256SUMS'), `${digest}  ${folder}.tar.gz\n`)
  console.log(relative(process.cwd(), tarball))
}

main()
