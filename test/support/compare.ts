/** Two Ingresses of one Service, and the routers that they stand for. */
import type { CompareDocument } from '../../src/report/compare/document.ts'
import type { TestServer } from './servers.ts'

export const HOST = 'shop.example'

export const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'shop', namespace: 'pond' },
  spec: { clusterIP: '10.96.0.7', selector: { app: 'shop' }, ports: [{ name: 'http', port: 80 }] },
}

/** Routes paths of {@link HOST} to the Service. */
export const ingress = (name: string, paths: readonly string[], { tls = false } = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'pond' },
  spec: {
    ingressClassName: name,
    ...(tls && { tls: [{ hosts: [HOST], secretName: name }] }),
    rules: [
      {
        host: HOST,
        http: {
          paths: paths.map((path) => ({
            path,
            pathType: 'Prefix',
            backend: { service: { name: 'shop', port: { number: 80 } } },
          })),
        },
      },
    ],
  },
})

/** The addresses of a side whose router is this server, for both schemes. */
export const at = ({ address, port }: Pick<TestServer, 'address' | 'port'>) => ({
  ingressController: [address],
  controllerPorts: { http: port, https: port },
})

/** What differs, without what it means. */
export const differencesOf = ({ requests }: CompareDocument) =>
  requests.flatMap(({ scheme, path, differences }) =>
    differences.map(({ kind, field, left, right }) => ({ request: `${scheme} ${path}`, kind, field, left, right })),
  )
