/**
 * A cluster that the live suites run on: the test server, or a real kube-apiserver. Both take the same objects.
 *
 * @module
 */
import type { KubeObject } from '../../support/api-server/objects.ts'
import { ADMIN_TOKEN, startApiServer } from '../../support/api-server.ts'
import type { ServerCertificate } from '../../support/certificates.ts'

export type LiveCluster = {
  /** `the test server`, `kube-apiserver v1.37.2`. */
  name: string
  url: string
  caPem: string
  /** A token of the group `system:masters`. */
  adminToken: string
  /** Creates or replaces each, with its status. */
  apply(...objects: KubeObject[]): Promise<void>
  remove(kind: string, namespace: string | null, name: string): Promise<void>
  /** Makes a service account, anew where there is one: its older tokens are refused soon. Resolves with a token. */
  serviceAccount(namespace: string, name: string): Promise<string>
  clientCertificate(name: string, groups: readonly string[]): Promise<ServerCertificate>
  /** Stops the server and starts it on the same port; resolves when it is ready. */
  restart(): Promise<void>
  close(): Promise<void>
}

export type StartCluster = () => Promise<LiveCluster>

export const startTestServer: StartCluster = async () => {
  const server = await startApiServer()
  const tokens = new Map<string, string>()
  return {
    name: 'the test server',
    url: server.url,
    caPem: server.caPem,
    adminToken: ADMIN_TOKEN,
    async apply(...objects) {
      server.objects.applyAll(objects)
    },
    async remove(kind, namespace, name) {
      server.objects.remove(kind, namespace, name)
    },
    async serviceAccount(namespace, name) {
      const account = `${namespace}/${name}`
      const token = `token-of-${namespace}-${name}-${tokens.size}`
      const before = tokens.get(account)
      if (before !== undefined) {
        server.tokens.revoke(before)
      }
      tokens.set(account, token)
      server.tokens.addServiceAccount(token, namespace, name)
      return token
    },
    clientCertificate: server.clientCertificate,
    restart: server.restart,
    close: server.close,
  }
}
