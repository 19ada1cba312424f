/**
 * kube-proxy's two modes, as they stand on a node.
 *
 * @module
 */
import type { KubeObjects, Node } from '../../src/kube/objects.ts'
import { nft, nsenter, run } from './netns.ts'
import { NO_IPTABLES, renderIptables } from './render/iptables.ts'
import { PROXY_TABLES, renderNftables } from './render/nftables.ts'
import { type Draw, FAMILIES } from './render/service-ports.ts'

export const PROXY_MODES = ['nftables', 'iptables'] as const
export type ProxyMode = (typeof PROXY_MODES)[number]

type Proxy = {
  /** Makes the rules of a node what these objects say. */
  program(objects: KubeObjects, node: Node, draw: Draw): Promise<unknown>
  /** Its rules are gone. */
  remove(node: string): Promise<unknown>
  /** Packets keep the address that they came with. */
  stopMasquerading(node: string): Promise<unknown>
}

const restore = (node: string, family: 'IPv4' | 'IPv6', rules: string): Promise<string> =>
  run([...nsenter(node), family === 'IPv4' ? 'iptables-restore' : 'ip6tables-restore'], rules)

export const PROXIES: Readonly<Record<ProxyMode, Proxy>> = {
  nftables: {
    program: (objects, node, draw) => nft(node.meta.name, renderNftables(objects, node, draw)),
    remove: (node) => nft(node, PROXY_TABLES.map((table) => `delete ${table}`).join('\n')),
    stopMasquerading: (node) =>
      nft(node, PROXY_TABLES.map((table) => `flush chain ${table.replace('table ', '')} nat-postrouting`).join('\n')),
  },
  iptables: {
    program: (objects, node, draw) =>
      Promise.all(
        FAMILIES.map((family) => restore(node.meta.name, family, renderIptables(objects, node, family, draw))),
      ),
    remove: (node) => Promise.all(FAMILIES.map((family) => restore(node, family, NO_IPTABLES))),
    stopMasquerading: (node) =>
      Promise.all(
        ['iptables', 'ip6tables'].map((program) =>
          run([...nsenter(node), program, '-t', 'nat', '-F', 'KUBE-POSTROUTING']),
        ),
      ),
  },
}
