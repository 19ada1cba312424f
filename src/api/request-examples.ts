/** Requests that work as they stand: the examples of `openapi.yaml`, each sent by a test. */

const serviceOf = (name: string, clusterIP: string, nodePort: number): string => `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: pond }
spec:
  type: NodePort
  clusterIP: ${clusterIP}
  selector: { app: ${name} }
  ports: [{ name: http, port: 80, targetPort: 8080, nodePort: ${nodePort} }]
`

const NODE = `apiVersion: v1
kind: Node
metadata: { name: node-1 }
status: { addresses: [{ type: InternalIP, address: 10.0.0.11 }] }
`

const manifests = (...documents: string[]): string => [...documents, NODE].join('---\n')
const TOAD = serviceOf('toad', '10.96.0.7', 30_080)
const FROG = serviceOf('frog', '10.96.0.8', 30_081)

const asked = {
  addresses: { dnsServers: ['10.96.0.10'] },
  checks: [
    { type: 'http', name: 'home', path: '/healthz', expect: { validStatusCodes: ['2xx'], maxDurationMs: 2000 } },
  ],
  samples: 3,
  labels: { commit: '4f2a91c' },
}

export const JOB_EXAMPLE = { target: { manifests: manifests(TOAD) }, ...asked }

export const BATCH_EXAMPLE = { target: { manifests: manifests(TOAD, FROG) }, ...asked }

const ingressOf = (name: string, className: string, address: string): string => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: pond }
spec:
  ingressClassName: ${className}
  rules:
    - host: pond.example
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: toad, port: { name: http } } } }] }
status: { loadBalancer: { ingress: [{ ip: ${address} }] } }
`

export const COMPARE_EXAMPLE = {
  target: {
    manifests: manifests(
      TOAD,
      ingressOf('toad', 'nginx', '203.0.113.7'),
      ingressOf('toad-new', 'traefik', '203.0.113.8'),
    ),
  },
  left: { kind: 'Ingress', name: 'toad' },
  right: { kind: 'Ingress', name: 'toad-new' },
  ignoreHeaders: ['x-served-by'],
}

export const SCHEDULE_EXAMPLE = {
  name: 'toad, every five minutes',
  cron: '*/5 * * * *',
  timeZone: 'Europe/Berlin',
  job: JOB_EXAMPLE,
}
