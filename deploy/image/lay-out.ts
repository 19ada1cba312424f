/**
 * Lays out the file system of the image: `node deploy/image/lay-out.ts FOLDER`, where the server was built. It holds
 * the Node that runs this with the libraries that it is linked against, the built server, its bill of materials, and
 * what a program expects of a system: a user, names, places to write.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { billOfMaterials } from '../../scripts/bill-of-materials.ts'
import { layOutRelease } from '../../scripts/release-files.ts'

const USER = 65532
const [folder] = process.argv.slice(2)
if (folder === undefined) {
  throw new Error('usage: node deploy/image/lay-out.ts FOLDER')
}

const app = join(folder, 'app')
const prebuilt = `linux-${process.arch}.node`

/** The shared libraries of a program, as its loader finds them: `libm.so.6 => /lib/…/libm.so.6 (0x…)`. */
const librariesOf = (program: string): readonly string[] =>
  [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(
    ([, path = '']) => path,
  )

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(realpathSync(from), to)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder as string, path)), { recursive: true })
  writeFileSync(join(folder as string, path), text)
}

layOutRelease(app, prebuilt)
cpSync('dist/compiled', join(app, 'dist/compiled'), { recursive: true, preserveTimestamps: true })
put(process.execPath, join(folder, 'usr/bin/node'))
for (const program of [process.execPath, `node_modules/better-sqlite3/prebuilds/${prebuilt}`]) {
  for (const library of librariesOf(program)) {
    put(library, join(folder, library))
  }
}
write('app/sbom.cdx.json', billOfMaterials())
write('etc/passwd', `root:x:0:0:root:/:/sbin/nologin\nportolan:x:${USER}:${USER}:portolan:/data:/sbin/nologin\n`)
write('etc/group', `root:x:0:\nportolan:x:${USER}:\n`)
write('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n')
mkdirSync(join(folder, 'data'))
chownSync(join(folder, 'data'), USER, USER)
mkdirSync(join(folder, 'tmp'))
chmodSync(join(folder, 'tmp'), 0o1777)
