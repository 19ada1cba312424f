/** What a hostile target is: a server, the check that meets it, and the codes that a try may end with. */
import type { FailureCode } from '../../src/check/codes.ts'
import type { Authority } from '../support/certificates.ts'

export type Started = { port: number; close(): Promise<unknown> }

export type Target = {
  name: string
  /** `pass`: it is a good answer, whatever else comes. Several where the kernel or chance decides. */
  codes: readonly (FailureCode | 'pass')[]
  start(authority: Authority): Promise<Started>
  /** Beside its name. Default: a GET of `/`. */
  check?: Readonly<Record<string, unknown>>
  /** `name`: the server is a DNS server that is asked for a name; `udp`: it is asked over UDP itself. */
  by?: 'name' | 'udp'
  /** Default: `TIMEOUT_MS`. */
  timeoutMs?: number
}

export const TIMEOUT_MS = 1000

const port = (number: number, protocol: 'TCP' | 'UDP') => ({ name: 'toad', port: number, targetPort: number, protocol })

/** The request of a job that meets the target, and nothing else. */
export function jobFor({ name, check = {}, by, timeoutMs = TIMEOUT_MS }: Target, { port: number }: Started): object {
  const spec = {
    clusterIP: '127.0.0.1',
    selector: { app: 'toad' },
    ports: [port(by === 'name' ? 9 : number, by === 'udp' ? 'UDP' : 'TCP')],
    ...(by === 'name' && { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
  }
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad', namespace: 'pond' }, spec },
    ...(by === 'name' && { status: { loadBalancer: { ingress: [{ hostname: 'toad.example' }] } } }),
  }
  return {
    target: { manifests: [service] },
    paths: { include: [by === 'name' ? 'LoadBalancer' : 'ClusterIP'] },
    checks: [{ type: 'http', name: 'hostile', ...(check.type === undefined && { path: '/' }), ...check }],
    ...(by === 'name' && { addresses: { dnsServers: [`127.0.0.1:${number}`] } }),
    timeoutMs,
    labels: {
      hostile: name
        .slice(0, 60)
        .replaceAll(/[^A-Za-z0-9]+/g, '-')
        .replaceAll(/^-|-$/g, ''),
    },
  }
}
