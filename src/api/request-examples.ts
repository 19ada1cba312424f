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

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: toad, namespace: pond }
spec:
  rules:
    - host: toad.example
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: toad, port: { name: http } } } }] }
status: { loadBalancer: { ingress: [{ ip: 203.0.113.7 }] } }
`

const GATEWAY = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: pond }
spec: { gatewayClassName: edge, listeners: [{ name: http, protocol: HTTP, port: 80 }] }
status: { addresses: [{ type: IPAddress, value: 203.0.113.8 }] }
`

const HTTP_ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: toad, namespace: pond }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [toad.example]
  rules: [{ backendRefs: [{ name: toad, port: 80 }] }]
`

export const COMPARE_EXAMPLE = {
  target: { manifests: [TOAD, INGRESS, GATEWAY, HTTP_ROUTE].join('---\n') },
  left: { kind: 'Ingress', name: 'toad' },
  right: { kind: 'HTTPRoute', name: 'toad' },
  ignoreHeaders: ['x-served-by'],
}

export const SCHEDULE_EXAMPLE = {
  name: 'toad, every five minutes',
  cron: '*/5 * * * *',
  timeZone: 'Europe/Berlin',
  job: JOB_EXAMPLE,
}

export const TOKEN_EXAMPLE = {
  name: 'CI of the shop',
  scopes: ['jobs:read', 'jobs:write'],
  namespaces: ['shop'],
  expiresAt: '2036-01-01T00:00:00Z',
}

export const STATUS_PAGE_EXAMPLE = {
  title: 'Pond Inc.',
  public: true,
  services: [{ namespace: 'pond', name: 'toad', title: 'Checkout' }],
}

export const ANNOUNCEMENT_EXAMPLE = {
  title: 'Payments are slow',
  body: 'Some payments take up to a minute. We are looking into it.',
  state: 'investigating',
  services: ['Checkout'],
}
