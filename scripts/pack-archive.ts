/**
 * An archive for one platform: Node, what was built, and a launcher; nothing else has to be on the machine.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Platform } from './platforms.ts'
import { layOutRelease } from './release-files.ts'

export const archiveName = (version: string, { name }: Platform): string => `portolan-${version}-${name}.tar.gz`

/** Finds itself behind symbolic links, as krew makes one: `readlink -f` is not everywhere. */
const launcher = (program: string): string => `#!/bin/sh
at=$0
while [ -h "$at" ]; do
  to=$(readlink "$at")
  case $to in /*) at=$to ;; *) at=\${at%/*}/$to ;; esac
done
case $at in */*) here=\${at%/*} ;; *) here=. ;; esac
exec "$here/app/node" "$here/app/dist/${program}.cjs" "$@"
`

const launcherOfWindows = (program: string): string => `@"%~dp0app\\node.exe" "%~dp0app\\dist\\${program}.cjs" %*\r\n`

/**
 * @param committedAt seconds since 1970: the time of every file in it.
 */
export function packArchive(out: string, version: string, platform: Platform, committedAt: number): void {
  const isWindows = platform.os === 'windows'
  const folder = `portolan-${version}-${platform.name}`
  const at = join(out, folder)
  layOutRelease(join(at, 'app'), platform.prebuilt)
  const node = join(at, 'app', isWindows ? 'node.exe' : 'node')
  putNode(platform, node)
  chmodSync(node, 0o755)
  for (const program of ['portolan', 'kubectl-portolan']) {
    const file = join(at, isWindows ? `${program}.cmd` : program)
    writeFileSync(file, isWindows ? launcherOfWindows(program) : launcher(program), { mode: 0o755 })
  }
  for (const file of ['LICENSE', 'README.md']) {
    copyFileSync(join(at, 'app', file), join(at, file))
  }
  const order = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go+rX,go-w']
  const options = ['--use-compress-program=gzip -n -6', ...order, `--mtime=@${committedAt}`, `--directory=${out}`]
  execFileSync('tar', ['--create', `--file=${join(out, archiveName(version, platform))}`, ...options, folder])
  rmSync(at, { recursive: true })
}

/** The Node that runs this is the one of its own platform's package, where the version is the same. */
function putNode({ name, node }: Platform, to: string): void {
  const { platform, arch, version } = process
  if (name === `${platform}-${arch}` && version === `v${node.version}`) {
    copyFileSync(process.execPath, to)
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'portolan-node-'))
  try {
    execFileSync('npm', ['pack', '--silent', `${node.package}@${node.version}`], { cwd: folder })
    const file = join(folder, `${node.package}-${node.version}.tgz`)
    const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
    if (integrity !== node.integrity) {
      throw new Error(`${node.package}@${node.version} is not what was pinned: ${integrity}`)
    }
    mkdirSync(join(folder, 'node'))
    execFileSync('tar', ['--extract', `--file=${file}`, `--directory=${join(folder, 'node')}`])
    copyFileSync(join(folder, 'node/package/bin', to.endsWith('.exe') ? 'node.exe' : 'node'), to)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
