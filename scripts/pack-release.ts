/**
 * Packs what a release publishes into a folder (`release/` unless another is named): the built server as a tarball that runs on any Node of `engines`, and
 * `SHA256SUMS`. The same commit and the same Node give the same bytes. Needs GNU tar and gzip.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { layOutRelease } from './release-files.ts'

const root = new URL('../', import.meta.url).pathname
const OUT = resolve(process.argv[2] ?? join(root, 'release'))

function main(): void {
  execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'], { cwd: root, stdio: 'inherit' })
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const folder = `${name}-${version}`
  const at = join(OUT, folder)
  rmSync(OUT, { recursive: true, force: true })
  layOutRelease(at, '*.node')

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
