/**
 * Runs a suite that needs programs of Debian's: `node scripts/run-suite.ts system`. Where one is missing, the suite
 * is skipped with one visible line; in CI (`CI=true`) that is a failure, because there it must run. So it is where the
 * suite needs namespaces of its own, and may not have them. Programs that no package has are named by variables: where
 * none is set the suite is skipped, in CI too, and one that names no program is a failure everywhere.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { NAMESPACES, NO_WAY_OUT } from './namespaces.ts'

type Suite = {
  /** The suite starts these programs; each stands with the Debian package that has it. */
  programs: Readonly<Record<string, string>>
  /** Variables that name programs which Debian has not. */
  named?: readonly string[]
  /** A command that runs what follows it where the suite needs to be. */
  within: readonly string[]
  /** This is run, with the options behind it; vitest by default. */
  command?: readonly string[]
  /** It is started outside, and makes namespaces for each of its clusters. */
  entersItself?: boolean
}

const OF_CLUSTER = {
  ...{ unshare: 'util-linux', nsenter: 'util-linux', ip: 'iproute2', bridge: 'iproute2', nft: 'nftables' },
  ...{ 'iptables-restore': 'iptables', 'ip6tables-restore': 'iptables', conntrack: 'conntrack' },
  ...{ named: 'bind9', nginx: 'nginx-light', haproxy: 'haproxy', curl: 'curl' },
}

const OF_NAMESPACES = { unshare: 'util-linux', ip: 'iproute2' }

const SUITES: Readonly<Record<string, Suite>> = {
  system: {
    programs: {
      ...{ named: 'bind9', nginx: 'nginx-light', curl: 'curl' },
      ...{ prometheus: 'prometheus', promtool: 'prometheus' },
    },
    within: [],
  },
  cluster: { programs: OF_CLUSTER, within: NAMESPACES },
  // Devices and mounts of a file system are root's.
  image: {
    programs: {
      ...{ buildah: 'buildah', mmdebstrap: 'mmdebstrap' },
      ...{ unshare: 'util-linux', setpriv: 'util-linux', chroot: 'coreutils', ldd: 'libc-bin' },
    },
    within: ['unshare', '--mount'],
  },
  browser: {
    programs: { chromium: 'chromium' },
    within: [],
    // Half of the work is Chromium's, in processes of its own
    command: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'browser', '--maxWorkers=2'],
  },
  live: { programs: {}, named: ['KUBE_APISERVER', 'ETCD'], within: [] },
  gates: { programs: {}, named: ['GO'], within: [] },
  accuracy: {
    programs: OF_CLUSTER,
    within: NAMESPACES,
    command: ['test/cluster/accuracy/main.ts'],
    entersItself: true,
  },
  hostile: {
    programs: { ...OF_NAMESPACES, openssl: 'openssl' },
    within: NO_WAY_OUT,
    command: ['test/hostile/main.ts'],
  },
  egress: { programs: OF_NAMESPACES, within: NO_WAY_OUT },
  soak: {
    programs: { ...OF_NAMESPACES, openssl: 'openssl' },
    within: NO_WAY_OUT,
    command: ['test/soak/main.ts'],
  },
  fuzz: { programs: OF_NAMESPACES, within: NO_WAY_OUT, command: ['test/fuzz/main.ts'] },
  chaos: { programs: OF_NAMESPACES, within: NO_WAY_OUT, command: ['test/chaos/main.ts'] },
}

const [name = '', ...options] = process.argv.slice(2)
const suite = SUITES[name]
if (suite === undefined) {
  throw new Error(`usage: run-suite.ts ${Object.keys(SUITES).join('|')}`)
}

// Debian keeps servers in /usr/sbin, which is not on every user's PATH.
const PATH = `${process.env.PATH ?? ''}${delimiter}/usr/sbin`
const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      return false
    }
    throw error
  }
}
const isThere = (program: string): boolean =>
  PATH.split(delimiter).some((folder) => isExecutable(join(folder, program)))

const root = join(import.meta.dirname, '..')
const inPlace = (within: readonly string[], command: readonly string[], stdio: 'inherit' | 'pipe') => {
  const [program = process.execPath, ...args] = [...within, ...command]
  return spawnSync(program, args, { cwd: root, env: { ...process.env, PATH }, encoding: 'utf8', stdio })
}

/** Why the suite cannot run here; `null`: it can. */
function obstacle({ programs, within }: Suite): string | null {
  const missing = Object.entries(programs).filter(([program]) => !isThere(program))
  if (missing.length > 0) {
    return missing.map(([program, pkg]) => `${program} (package ${pkg})`).join(', ')
  }
  if (within.length === 0) {
    return null
  }
  const { status, error, stderr } = inPlace(within, ['true'], 'pipe')
  return status === 0
    ? null
    : `namespaces of its own, as root or by user namespaces (${error?.message ?? stderr.trim()})`
}

const unset = (suite.named ?? []).filter((variable) => !process.env[variable])
if (unset.length > 0) {
  console.log(`${name} is skipped: ${unset.join(' and ')} must name programs (docs/testing-live.md)`)
  process.exit(0)
}
const wrong = (suite.named ?? []).filter((variable) => !isExecutable(process.env[variable] ?? ''))
if (wrong.length > 0) {
  console.error(
    `${name} fails: ${wrong.map((variable) => `${variable}=${process.env[variable]}`).join(', ')} cannot be run`,
  )
  process.exit(1)
}
const needed = obstacle(suite)
if (needed !== null) {
  console.log(`${name} is skipped: it needs ${needed}`)
  process.exit(process.env.CI === 'true' ? 1 : 0)
}
const { command = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', name] } = suite
const within = suite.entersItself === true ? [] : suite.within
process.exit(inPlace(within, [process.execPath, ...command, ...options], 'inherit').status ?? 1)
