import { spawnSync } from 'node:child_process'
import { NAMESPACES } from '../../../scripts/namespaces.ts'

/** Each entry is something that faults need, with a command that succeeds where the kernel has it. */
const NEEDS: readonly { is: string; what: string; test: string }[] = [
  {
    is: 'overlay',
    what: 'traffic between nodes through VXLAN',
    test: 'ip link add t0 type vxlan id 1 dstport 4789 local 127.0.0.1',
  },
  {
    is: 'overlay',
    what: 'bridges whose packets meet the rules of IP (br_netfilter)',
    test: 'test -e /proc/sys/net/bridge/bridge-nf-call-iptables',
  },
  { is: 'ipvs', what: 'kube-proxy in IPVS mode', test: 'test -e /proc/net/ip_vs' },
  {
    is: 'netem',
    what: 'delay and reordering (tc netem); loss is made by rules instead',
    test: 'tc qdisc add dev lo root netem delay 1ms',
  },
  { is: 'geneve', what: 'overlays over Geneve', test: 'ip link add t1 type geneve id 1 remote 127.0.0.1' },
  { is: 'wireguard', what: 'overlays over WireGuard', test: 'ip link add t2 type wireguard' },
  { is: 'ipip', what: 'overlays over IPIP', test: 'ip link add t3 type ipip local 127.0.0.1 remote 127.0.0.2' },
  { is: 'sctp', what: 'paths over SCTP', test: 'test -e /proc/net/sctp' },
]

/** Asked of the kernel itself, in namespaces like those of the cluster. */
export function missingFromKernel(): { is: string; what: string }[] {
  return NEEDS.filter(({ test }) => {
    const [command = '', ...args] = [...NAMESPACES, 'sh', '-c', test]
    return spawnSync(command, args, { stdio: 'ignore' }).status !== 0
  })
}
