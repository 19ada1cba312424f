/**
 * Builds the image as `docker build` would, without a registry: on a base of Debian packages (mmdebstrap) with the Node
 * and the npm of this checkout, by buildah in a chroot. Needs root.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type BuiltImage = {
  /** The folder that is its root. */
  root: string
  config: { User: string; Entrypoint: string[]; Cmd: string[]; Env: string[] }
  remove(): void
}

const run = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 256 << 20,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BUILDAH_ISOLATION: 'chroot' },
  }).trim()

/** A build step runs with these: a C library, a shell, and the tools that lay out the image. */
const PACKAGES = ['base-files', 'bash', 'dash', 'coreutils', 'libc-bin', 'libstdc++6']

/** npm is told of its registry in these files, and keeps there what it has fetched, so that nothing is fetched again. */
function npmFiles(): readonly string[] {
  const told = ['userconfig', 'globalconfig', 'cafile'].map((name) => run('npm', ['config', 'get', name]))
  const volumes = told.filter(existsSync).map((file) => `${file}:${file.replace(homedir(), '/root')}:ro`)
  const cache = run('npm', ['config', 'get', 'cache'])
  return [...volumes, ...(existsSync(cache) ? [`${cache}:/root/.npm`] : [])]
}

export function buildImage(): BuiltImage {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-image-'))
  const store = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs']
  const buildah = (command: string, ...args: string[]) => run('buildah', [...store, command, ...args])
  const remove = () => {
    buildah('umount', '--all')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const [, suite = 'bookworm'] = /VERSION_CODENAME=(\w+)/.exec(run('cat', ['/etc/os-release'])) ?? []
    const debian = join(folder, 'base.tar')
    run('mmdebstrap', ['--quiet', '--variant=extract', `--include=${PACKAGES.join(',')}`, suite, debian])

    const npm = dirname(dirname(realpathSync(run('sh', ['-c', 'command -v npm']))))
    const base = buildah('from', 'scratch')
    buildah('add', base, debian, '/')
    buildah('copy', base, realpathSync('node_modules/node/bin/node'), '/usr/bin/node')
    buildah('copy', base, npm, '/usr/lib/node_modules/npm')
    buildah('run', base, '--', 'ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/bin/npm')
    buildah('commit', '--rm', base, 'portolan-build-base')

    buildah(
      'bud',
      '--build-arg=BUILD_IMAGE=localhost/portolan-build-base',
      '--env=npm_config_prefer_offline=true',
      ...npmFiles().map((volume) => `--volume=${volume}`),
      '--file=deploy/image/Dockerfile',
      '--tag=portolan-under-test',
      '.',
    )
    const { OCIv1 } = JSON.parse(buildah('inspect', '--type=image', 'portolan-under-test'))
    const root = buildah('mount', buildah('from', 'localhost/portolan-under-test'))
    return { root, config: OCIv1.config, remove }
  } catch (error) {
    remove()
    throw error
  }
}
