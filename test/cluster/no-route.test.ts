/** Row "prober with a ULA or link-local IPv6 address and no route out" of the trials, and its kin, as the kernel has it. */
import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { FROM_SOURCES } from '../support/from-sources.ts'

const LINK = 'ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up'
const PROBE = new URL('no-route-probe.ts', import.meta.url).pathname

const BEYOND = 'beyond: network_unreachable'

it.each<[string, string, Record<string, string>]>([
  [
    'nothing but loopback',
    'true',
    { '2001:db8::1': BEYOND, '192.0.2.1': BEYOND, '10.96.0.7': BEYOND, '127.0.0.1': 'connection_refused' },
  ],
  [
    'a link-local and a unique local address, and no route out',
    `${LINK}; ip addr add fd00:1::5/64 dev d0 nodad`,
    { '2001:db8::1': BEYOND, 'fd00:2::1': BEYOND, 'fd00:1::7': 'connect_timeout', '192.0.2.1': BEYOND },
  ],
  [
    'a private address, and no route out',
    `${LINK}; ip addr add 10.1.0.5/24 dev d0`,
    { '192.0.2.1': BEYOND, '10.2.0.1': BEYOND, '10.1.0.7': 'connect_timeout' },
  ],
  [
    'IPv6 switched off',
    `${LINK}; ip addr add 10.1.0.5/24 dev d0; echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6`,
    { '2001:db8::1': BEYOND, 'fd00:1::7': BEYOND, '10.1.0.7': 'connect_timeout' },
  ],
  [
    'a route that somebody has closed: the host says no, and that is a failure',
    `${LINK}; ip addr add 10.1.0.5/24 dev d0; ip route add unreachable 10.3.0.0/16`,
    { '10.3.0.1': 'host_unreachable' },
  ],
])('with %s, an address is beyond the vantage where the kernel has no way to it', (_what, prepare, expected) => {
  const script = `set -e; ip link set lo up; ${prepare}; exec "$0" "$@"`
  const args = ['-n', 'sh', '-c', script, process.execPath, ...FROM_SOURCES, PROBE, ...Object.keys(expected)]
  const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' })
  expect([stderr.replaceAll(/^.*Warning.*\n?/gm, ''), JSON.parse(stdout || '{}')]).toEqual(['', expected])
})
