import { expect, it } from 'vitest'
import { parseManifests } from '../../../src/kube/parse.ts'
import { loadBalancerStatus, service, slice } from '../../support/manifests.ts'
import type { Manifest } from '../world.ts'
import { WORLD } from '../world.ts'
import { renderIptables } from './iptables.ts'
import type { Draw } from './service-ports.ts'

const rulesOf = (service: Manifest, endpoints: Manifest, draw: Draw = 'lots', nodeName = 'node-1'): string[] => {
  const { objects } = parseManifests([...WORLD, service, endpoints], { pointer: '' })
  const node = objects.nodes.find(({ meta }) => meta.name === nodeName)
  if (node === undefined) {
    throw new Error(`there is no node ${nodeName}`)
  }
  return renderIptables(objects, node, 'IPv4', draw).split('\n')
}
const about = (rules: readonly string[], ...words: string[]): string[] =>
  rules.filter((rule) => rule.startsWith('-A') && words.some((word) => rule.includes(word)))

const meta = { namespace: 'ns1', name: 'svc1' }
const ports = [{ name: 'p80', port: 80, targetPort: 80, nodePort: 3001 }]
const of = { namespace: 'ns1', service: 'svc1', ports: [{ name: 'p80', port: 80, protocol: 'TCP' }] }
const two = slice(
  [
    { at: '10.180.0.1', node: 'node-1' },
    { at: '10.180.2.1', node: 'node-2' },
  ],
  of,
)

// The names are those of pkg/proxy/iptables/proxier_test.go: chains are known by a hash of Service, port and endpoint.
it('names chains as kube-proxy does, and lets every rule but the last draw its share of what is left', () => {
  const three = slice(
    [...'123'].map((host) => ({ at: `10.180.0.${host}`, node: 'node-1' })),
    of,
  )
  expect(
    about(
      rulesOf(service({ type: 'NodePort', clusterIP: '172.30.0.41', ports }, meta), three),
      '-A KUBE-SVC-XPGD46QRK7WJZT7O',
    ),
  ).toEqual([
    '-A KUBE-SVC-XPGD46QRK7WJZT7O -m comment --comment "ns1/svc1:p80 cluster IP" -m tcp -p tcp -d 172.30.0.41 --dport 80 ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ',
    '-A KUBE-SVC-XPGD46QRK7WJZT7O -m comment --comment "ns1/svc1:p80 -> 10.180.0.1:80" -m statistic --mode random --probability 0.3333333333 -j KUBE-SEP-SXIVWICOYRO3J4NJ',
    expect.stringContaining('-m statistic --mode random --probability 0.5000000000 -j KUBE-SEP-'),
    expect.stringMatching(/"ns1\/svc1:p80 -> 10\.180\.0\.3:80" -j KUBE-SEP-\w{16}$/),
  ])
})

it('lets an endpoint be reached by itself, and remembers who came where affinity is asked for', () => {
  const sticky = service({ type: 'NodePort', clusterIP: '172.30.0.41', ports, sessionAffinity: 'ClientIP' }, meta)
  expect(about(rulesOf(sticky, two), 'SXIVWICOYRO3J4NJ')).toEqual([
    expect.stringContaining('-m recent --name KUBE-SEP-SXIVWICOYRO3J4NJ --rcheck --seconds 10800 --reap -j'),
    expect.stringContaining('-m statistic --mode random --probability 0.5000000000 -j KUBE-SEP-SXIVWICOYRO3J4NJ'),
    '-A KUBE-SEP-SXIVWICOYRO3J4NJ -m comment --comment "ns1/svc1:p80" -s 10.180.0.1 -j KUBE-MARK-MASQ',
    '-A KUBE-SEP-SXIVWICOYRO3J4NJ -m comment --comment "ns1/svc1:p80" -m recent --name KUBE-SEP-SXIVWICOYRO3J4NJ --set -m tcp -p tcp -j DNAT --to-destination 10.180.0.1:80',
  ])
})

const VIP = '203.0.113.9'
const balanced = (spec: Manifest) =>
  service({ type: 'LoadBalancer', clusterIP: '172.30.0.41', ports, ...spec }, meta, loadBalancerStatus({ ip: VIP }))

it('lets only the source ranges of a load balancer in: a chain that passes them on, and a drop for the others', () => {
  expect(about(rulesOf(balanced({ loadBalancerSourceRanges: ['172.30.0.0/24'] }), two), 'KUBE-FW-', VIP)).toEqual([
    '-A KUBE-PROXY-FIREWALL -m comment --comment "ns1/svc1:p80 traffic not accepted by KUBE-FW-XPGD46QRK7WJZT7O" -m tcp -p tcp -d 203.0.113.9 --dport 80 -j DROP',
    '-A KUBE-SERVICES -m comment --comment "ns1/svc1:p80 loadbalancer IP" -m tcp -p tcp -d 203.0.113.9 --dport 80 -j KUBE-FW-XPGD46QRK7WJZT7O',
    '-A KUBE-FW-XPGD46QRK7WJZT7O -m comment --comment "ns1/svc1:p80 loadbalancer IP" -s 172.30.0.0/24 -j KUBE-EXT-XPGD46QRK7WJZT7O',
    // The node itself is in the range: it may come with the address of the load balancer.
    '-A KUBE-FW-XPGD46QRK7WJZT7O -m comment --comment "ns1/svc1:p80 loadbalancer IP" -s 203.0.113.9 -j KUBE-EXT-XPGD46QRK7WJZT7O',
    '-A KUBE-FW-XPGD46QRK7WJZT7O -m comment --comment "other traffic to ns1/svc1:p80 will be dropped by KUBE-PROXY-FIREWALL"',
  ])
})

it('keeps to the endpoints of the node where the policy is Local, but for pods and the node itself', () => {
  const rules = rulesOf(balanced({ externalTrafficPolicy: 'Local' }), two)
  expect(
    about(rules, '-A KUBE-EXT-XPGD', '-A KUBE-SVL-XPGD').map((rule) =>
      rule.replace(/-m comment --comment "[^"]*" /, ''),
    ),
  ).toEqual([
    '-A KUBE-EXT-XPGD46QRK7WJZT7O -s 10.244.0.0/16 -j KUBE-SVC-XPGD46QRK7WJZT7O',
    '-A KUBE-EXT-XPGD46QRK7WJZT7O -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
    '-A KUBE-EXT-XPGD46QRK7WJZT7O -m addrtype --src-type LOCAL -j KUBE-SVC-XPGD46QRK7WJZT7O',
    '-A KUBE-EXT-XPGD46QRK7WJZT7O -j KUBE-SVL-XPGD46QRK7WJZT7O',
    '-A KUBE-SVL-XPGD46QRK7WJZT7O -j KUBE-SEP-SXIVWICOYRO3J4NJ',
  ])
  expect(about(rulesOf(balanced({ externalTrafficPolicy: 'Local' }), two, 'lots', 'node-3'), 'DROP')).toEqual([
    expect.stringMatching(
      /^-A KUBE-EXTERNAL-SERVICES .*has no local endpoints" .*-d 203\.0\.113\.9 --dport 80 -j DROP$/,
    ),
    expect.stringMatching(/^-A KUBE-EXTERNAL-SERVICES .*--dst-type LOCAL .*--dport 3001 -j DROP$/),
    '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
  ])
})

it('refuses what has no endpoint anywhere', () => {
  expect(
    about(rulesOf(service({ type: 'NodePort', clusterIP: '172.30.0.41', ports }, meta), slice([], of)), 'REJECT'),
  ).toEqual([
    '-A KUBE-SERVICES -m comment --comment "ns1/svc1:p80 has no endpoints" -m tcp -p tcp -d 172.30.0.41 --dport 80 -j REJECT',
    '-A KUBE-EXTERNAL-SERVICES -m comment --comment "ns1/svc1:p80 has no endpoints" -m addrtype --dst-type LOCAL -m tcp -p tcp --dport 3001 -j REJECT',
  ])
})
