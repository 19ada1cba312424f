/**
 * An API server for tests: real TLS on loopback, live objects, RBAC, watches, and every fault.
 *
 * Answers have the shapes of the recorded ones of a real server (1.37.2), which it also replays.
 *
 * @module
 */

import { createFaults } from './api-server/faults.ts'
import { createHandler } from './api-server/handle.ts'
import { createTokens } from './api-server/identity.ts'
import { type Listener, listen } from './api-server/listener.ts'
import { createObjectStore, type KubeObject } from './api-server/objects.ts'
import { DEFAULT_POLICY } from './api-server/rbac.ts'
import { RECORDED_VERSION, recordedObjects } from './api-server/recordings.ts'
import { createReplays } from './api-server/replay.ts'
import { createSeen } from './api-server/seen.ts'
import type { OpenWatch } from './api-server/watches.ts'
import { type Authority, createAuthority, type ServerCertificate } from './certificates.ts'

export type { Fault, RequestMatch } from './api-server/faults.ts'
export type { KubeObject } from './api-server/objects.ts'
export { recordedObjects } from './api-server/recordings.ts'
export { CUSTOM_GROUPS } from './api-server/resources.ts'

/** Every test server takes this token. It belongs to the group `system:masters`, which may do everything. */
export const ADMIN_TOKEN = 'admin-of-the-test-server'

export type ApiServerOptions = {
  address?: string
  port?: number
  /** Clear text, which is quicker; there are no client certificates then. */
  isPlain?: boolean
  /** Default true: ALPN offers h2 and http/1.1, as a real server does. */
  http2?: boolean
  /** Names of the certificate, beside 127.0.0.1 and localhost. */
  altNames?: readonly string[]
  /** Default: a new authority, named after the test server. */
  authority?: Authority
  /** Begins with the objects of the recorded cluster, at its resourceVersion. */
  isRecorded?: boolean
  /** Serves the Gateway API's kinds. Default false. */
  hasGateway?: boolean
  /** Other groups of custom resources that are installed, of `CUSTOM_GROUPS`. */
  groups?: readonly string[]
  /** The UID of the namespace kube-system, by which a cluster is told from another. */
  clusterUid?: string
  /** Pace of replayed recordings: 1 is as slow as they were. Default 0. */
  pace?: number
}

export type ApiServer = Awaited<ReturnType<typeof startApiServer>>

export async function startApiServer(options: ApiServerOptions = {}) {
  const { hasGateway = false, groups = [], isRecorded = false, isPlain = false, pace = 0 } = options
  const authority = options.authority ?? (await createAuthority('Kubernetes test CA'))
  const names = ['127.0.0.1', 'localhost', 'kubernetes.default.svc', ...(options.altNames ?? [])]
  const objects = createObjectStore()
  const tokens = createTokens(() => Date.now())
  const faults = createFaults()
  const seen = createSeen(() => performance.now())
  const replays = createReplays()
  const watches = new Set<OpenWatch>()
  const serving = { hasGateway, groups }

  objects.serveGateway(hasGateway)
  objects.serveGroups(groups)
  objects.applyAll([...namespaces(options.clusterUid), ...DEFAULT_POLICY])
  if (isRecorded) {
    objects.load(recordedObjects({ hasGateway }))
    objects.setVersion(RECORDED_VERSION)
  }
  tokens.add(ADMIN_TOKEN, 'admin', { groups: ['system:masters'] })

  const handle = createHandler({
    objects,
    tokens,
    faults,
    seen,
    replays,
    watches,
    serving,
    pace,
    socketOf: (request) => listener.socketOf(request),
  })
  const listener: Listener = await listen((request, response) => void handle(request, response), {
    ...options,
    tls: isPlain ? null : { ...(await authority.issue({ altNames: names })), ca: authority.caPem },
  })

  /** Ends each watch and stops listening, so that new connections are refused. */
  const stop = async () => {
    for (const each of watches) {
      each.end()
    }
    await new Promise((resolve) => setImmediate(resolve))
    await listener.stop()
  }

  return {
    url: `${isPlain ? 'http' : 'https'}://127.0.0.1:${listener.port}`,
    port: listener.port,
    authority,
    /** PEM of the authority that signed the server's certificate. */
    caPem: authority.caPem,
    objects,
    tokens,
    faults,
    /** The requests so far. */
    seen,
    replays,
    /** Connections accepted so far. */
    get connections() {
      return listener.connections
    },
    get openConnections() {
      return listener.openConnections
    },
    get openWatches() {
      return watches.size
    },
    /** A client certificate of this authority. */
    clientCertificate: (name: string, groups: readonly string[] = []): Promise<ServerCertificate> =>
      authority.issue({
        subject: [`CN=${name}`, ...groups.map((group) => `O=${group}`)].join(','),
        altNames: [],
        usage: 'client',
      }),
    /** Sends a bookmark on each watch that takes them. */
    bookmark(): void {
      for (const each of watches) {
        each.bookmark()
      }
    },
    /** Ends each watch well, as a server does now and then. */
    endWatches(): void {
      for (const each of watches) {
        each.end()
      }
    },
    /** Breaks each connection, without a word. */
    breakConnections: () => listener.breakAll(),
    serveGateway(isServed: boolean): void {
      serving.hasGateway = isServed
      objects.serveGateway(isServed)
    },
    /** The server is away: connections are refused. */
    stop,
    /** It is there again, on the same port; what could be watched before cannot now. */
    async start(): Promise<void> {
      objects.forgetEvents()
      await listener.open()
    },
    async restart(): Promise<void> {
      await stop()
      objects.forgetEvents()
      await listener.open()
    },
    close: stop,
  }
}

/** The namespaces that each cluster has. */
const namespaces = (uid = '5d4f2c0e-9d1b-4c37-8a3c-6f1d7f0f5b11'): KubeObject[] =>
  ['default', 'kube-node-lease', 'kube-public', 'kube-system'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      ...(name === 'kube-system' && { uid }),
      labels: { 'kubernetes.io/metadata.name': name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }))
