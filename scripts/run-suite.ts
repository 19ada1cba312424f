/**
 * Runs a suite that needs programs of Debian's: `node scripts/run-suite.ts system`. Where one is missing, the suite
 * is skipped with one visible line; in CI (`CI=true`) that is a failure, because there it must run. So it is where the
 * suite needs namespaces of its own, and may not have them.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

type Suite = {
  /** What it starts, each with the Debian package that has it. */
  programs: Readonly<Record<string, string>>
  /** A command that runs what follows it where the suite needs to be. */
  within: readonly string[]
}

/** Network, mount and PID namespaces that end with the suite; without root, as root of a new user namespace. */
const NAMESPACES = [
  ...['unshare', '--net', '--mount', '--mount-proc', '--pid', '--fork', '--kill-child'],
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  ...['sh', 'test/cluster/enter.sh'],
]

const SUITES: Readonly<Record<string, Suite>> = {
  system: {
    programs: {
      ...{ named: 'bind9', nginx: 'nginx-light', curl: 'curl' },
      ...{ prometheus: 'prometheus', promtool: 'prometheus' },
    },
    within: [],
  },
  cluster: {
    programs: {
      ...{ unshare: 'util-linux', nsenter: 'util-linux', ip: 'iproute2', nft: 'nftables', conntrack: 'conntrack' },
      ...{ 'iptables-restore': 'iptables', 'ip6tables-restore': 'iptables', haproxy: 'haproxy', bridge: 'iproute2' },
      ...{ named: 'bind9', nginx: 'nginx-light', curl: 'curl' },
    },
    within: NAMESPACES,
  },
}

const [name = '', ...options] = process.argv.slice(2)
const suite = SUITES[name]
if (suite === undefined) throw new Error(`usage: run-suite.ts ${Object.keys(SUITES).join('|')}`)

// Debian keeps servers in /usr/sbin, which is not on every user's PATH.
const PATH = `${process.env.PATH ?? ''}${delimiter}/usr/sbin`
const isThere = (program: string): boolean =>
  PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error) return false
      throw error
    }
  })

const root = join(import.meta.dirname, '..')
const inPlace = (command: readonly string[], stdio: 'inherit' | 'pipe') => {
  const [program = process.execPath, ...args] = [...suite.within, ...command]
  return spawnSync(program, args, { cwd: root, env: { ...process.env, PATH }, encoding: 'utf8', stdio })
}

/** Why the suite cannot run here; `null`: it can. */
function obstacle({ programs, within }: Suite): string | null {
  const missing = Object.entries(programs).filter(([program]) => !isThere(program))
  if (missing.length > 0) return missing.map(([program, pkg]) => `${program} (package ${pkg})`).join(', ')
  if (within.length === 0) return null
  const { status, error, stderr } = inPlace(['true'], 'pipe')
  return status === 0
    ? null
    : `namespaces of its own, as root or by user namespaces (${error?.message ?? stderr.trim()})`
}

const needed = obstacle(suite)
if (needed !== null) {
  console.log(`test:${name} is skipped: it needs ${needed}`)
  process.exit(process.env.CI === 'true' ? 1 : 0)
}
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
process.exit(inPlace([process.execPath, vitest, 'run', '--project', name, ...options], 'inherit').status ?? 1)
