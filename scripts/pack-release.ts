/**
 * Packs what a release publishes into a folder (`release/` unless another is named): the npm package, an archive for each
 * platform that brings its own Node (all of them unless `--platform NAME` names one), krew's manifest where `--url` says at which
 * repository they will be, and `SHA256SUMS`.
 * `--action FOLDER` lays out there what a branch of the Action holds, which GitHub's runner takes as it stands.
 * The same commit and the same Node give the same bytes. Needs npm and GNU tar; the archives of other platforms need its
 * registry, since Node comes from npm's own packages.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildClient } from './build-client.ts'
import { krewManifest } from './krew.ts'
import { packArchive } from './pack-archive.ts'
import { PLATFORMS } from './platforms.ts'
import { layOutAction, layOutPackage } from './release-files.ts'

const root = new URL('../', import.meta.url).pathname

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { platform: { type: 'string', multiple: true }, url: { type: 'string' }, action: { type: 'string' } },
})
const out = resolve(positionals[0] ?? join(root, 'release'))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Stands in the archives as the time of every file, so that they are the same whenever they are made. */
const committedAt = Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim())

const sha256 = (file: string): string =>
  createHash('sha256')
    .update(readFileSync(join(out, file)))
    .digest('hex')

function packNpm(): void {
  const folder = join(out, 'package')
  layOutPackage(folder)
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder })
  rmSync(folder, { recursive: true })
}

execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'], { cwd: root, stdio: 'inherit' })
await buildClient(join(root, 'dist/client'))
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
packNpm()
if (values.action !== undefined) {
  layOutAction(resolve(values.action))
}
const wanted = PLATFORMS.filter(({ name }) => values.platform?.includes(name) ?? true)
for (const platform of wanted) {
  packArchive(out, version, platform, committedAt)
}
if (values.url !== undefined) {
  writeFileSync(join(out, 'portolan.yaml'), krewManifest(version, values.url, sha256))
}
const files = readdirSync(out).toSorted()
writeFileSync(join(out, 'SHA256SUMS'), files.map((file) => `${sha256(file)}  ${file}\n`).join(''))
for (const file of files) {
  console.log(file)
}
