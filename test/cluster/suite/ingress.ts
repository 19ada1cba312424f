import { describe, expect, it } from 'vitest'
import { ingress, service, slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { requestFor, type Scene, sceneOf, TIMEOUT_MS, toad } from '../scene.ts'
import { firstFinding, outcomes } from '../told.ts'
import { endpoints, NEWTS, TOADS, WORLD } from '../world.ts'

type Row = Scene & {
  guarantee: string
  certificate?: (issue: Cluster['issue']) => Promise<unknown>
  paths: Readonly<Record<string, string>>
}

const HOST = 'toad.example.com'
const DAY_MS = 86_400_000

const withTls = sceneOf({ ingress: ingress([{}], { tls: [{ hosts: [HOST], secretName: 'toad-tls' }] }) })
/** Plain HTTP is redirected. */
const tlsPaths = (https: string) => ({ [`Ingress https://${HOST}/`]: https, [`Ingress http://${HOST}/`]: 'pass' })

const issued =
  (leaf: Parameters<Cluster['issue']>[1], by: Parameters<Cluster['issue']>[2] = 'trusted') =>
  (issue: Cluster['issue']) =>
    issue('toad-tls', leaf, by)

const TABLE: readonly Row[] = [
  {
    guarantee: 'a certificate for the host, of a trusted authority, passes',
    manifests: withTls,
    certificate: issued({ altNames: [HOST] }),
    paths: tlsPaths('pass'),
  },
  {
    guarantee: 'a certificate for another host is told',
    finding: 'certificate_for_other_name',
    manifests: withTls,
    certificate: issued({ altNames: ['frog.example.com'] }),
    paths: tlsPaths('certificate_name_mismatch'),
  },
  {
    guarantee: 'an expired certificate is told',
    finding: 'certificate_expired',
    manifests: withTls,
    certificate: issued({ altNames: [HOST], notBeforeMs: Date.now() - 9 * DAY_MS, notAfterMs: Date.now() - DAY_MS }),
    paths: tlsPaths('certificate_expired'),
  },
  {
    guarantee: 'a certificate that is not valid yet is told',
    finding: 'certificate_not_yet_valid',
    manifests: withTls,
    certificate: issued({ altNames: [HOST], notBeforeMs: Date.now() + DAY_MS }),
    paths: tlsPaths('certificate_not_yet_valid'),
  },
  {
    guarantee: 'a certificate of an unknown authority is told',
    finding: 'certificate_issuer_unknown',
    manifests: withTls,
    certificate: issued({ altNames: [HOST] }, 'stranger'),
    paths: tlsPaths('certificate_untrusted'),
  },
  {
    guarantee: 'without its Secret the controller shows a certificate of its own, which is not trusted',
    finding: 'ingress_default_certificate',
    manifests: sceneOf({ ingress: ingress([{}], { tls: [{ hosts: [HOST], secretName: 'missing' }] }) }),
    paths: tlsPaths('certificate_untrusted'),
  },
  {
    guarantee: "an Ingress that the controller does not serve is told by the controller's own 404",
    manifests: sceneOf({ ingress: ingress([{}], { ingressClassName: 'other' }) }),
    paths: { [`Ingress http://${HOST}/`]: 'unexpected_status' },
  },
  {
    guarantee: 'a backend port that the Service does not have is told by a 503',
    finding: 'ingress_backend_port_missing',
    manifests: sceneOf({ ingress: ingress([{ port: 81 }]) }),
    paths: { [`Ingress http://${HOST}/`]: 'unexpected_status' },
  },
  {
    guarantee: 'the targetPort as a backend port is told by a 503, too',
    finding: 'ingress_backend_is_target_port',
    manifests: sceneOf({ ingress: ingress([{ port: 8080 }]) }),
    paths: { [`Ingress http://${HOST}/`]: 'unexpected_status' },
  },
  {
    guarantee: 'each rule is asked at a path that it takes: Prefix by element, Exact as it is',
    manifests: sceneOf({
      ingress: ingress([{ path: '/pads' }, { path: '/leaf', pathType: 'Exact' }, { path: '/leaf/' }]),
    }),
    paths: {
      [`Ingress http://${HOST}/pads`]: 'pass',
      [`Ingress http://${HOST}/leaf`]: 'pass',
      [`Ingress http://${HOST}/leaf/`]: 'pass',
    },
  },
  {
    guarantee: 'an address of the controller that leads nowhere is told for every rule',
    fault: (fault) => fault.blackhole('203.0.113.81'),
    asked: { addresses: { ingressController: ['203.0.113.81'] } },
    paths: { [`Ingress http://${HOST}/`]: 'connect_timeout' },
  },
]

/** The port of this Service is asked directly, without an Ingress, so that a row can say what is spoken on it. */
const newt = (port: Record<string, unknown>) => [
  ...WORLD,
  service({ ports: [{ port: 443, ...port }], selector: { app: 'newt' } }),
]
const served = (name: string, port: number, names: readonly string[]) =>
  slice(endpoints(...names), { ports: [{ name, port, protocol: 'TCP' }] })

const DIRECT: readonly Row[] = [
  {
    guarantee: 'TLS to pods passes by address, where no name is known to judge the certificate by',
    manifests: [...newt({ name: 'https', targetPort: 8443 }), served('https', 8443, NEWTS)],
    paths: { 'ClusterIP https://10.96.0.7/': 'pass' },
  },
  {
    guarantee: 'TLS to pods that speak plain HTTP is told',
    finding: 'port_speaks_no_tls',
    manifests: [...newt({ name: 'https', targetPort: 8080 }), served('https', 8080, TOADS)],
    paths: { 'ClusterIP https://10.96.0.7/': 'tls_not_spoken' },
  },
  {
    guarantee: 'plain HTTP to pods that speak TLS is told',
    finding: 'application_cuts_connections',
    manifests: [...newt({ name: 'http', targetPort: 8443 }), served('http', 8443, NEWTS)],
    paths: { 'ClusterIP http://10.96.0.7:443/': 'connection_closed' },
  },
]

export function ingressTests(cluster: () => Cluster): void {
  const run = (kind: string) => async (row: Row) => {
    const { manifests = sceneOf({ service: toad() }), fault, asked, certificate, finding, paths } = row
    const { apply, inside, issue, fault: faults } = cluster()
    await certificate?.(issue)
    await apply(manifests)
    await fault?.(faults)
    const chosen = { include: [kind] }
    const job = await inside.ask(requestFor(manifests, { timeoutMs: TIMEOUT_MS, paths: chosen, ...asked }))
    const own = job.paths.filter((path) => path.kind === kind)
    expect(outcomes({ ...job, paths: own })).toEqual(paths)
    if (finding !== undefined) {
      expect(firstFinding(job)).toBe(finding)
    }
  }
  describe('Ingress', () => it.each(TABLE)('$guarantee', run('Ingress')))
  describe('what a port speaks', () => it.each(DIRECT)('$guarantee', run('ClusterIP')))
}
