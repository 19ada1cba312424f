/**
 * A real kube-apiserver with its etcd, as processes on loopback. `KUBE_APISERVER` and `ETCD` name the programs.
 *
 * There are no controllers: what they would make, a test applies. The admission of service accounts is off, because no
 * controller makes the one that pods need.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ask } from '../../support/api-server/ask.ts'
import type { KubeObject } from '../../support/api-server/objects.ts'
import { groupVersion, resourceNamed, resourceOfKind } from '../../support/api-server/resources.ts'
import { createAuthority } from '../../support/certificates.ts'
import { freePort } from '../../support/program.ts'
import type { LiveCluster } from './cluster.ts'

/** The programs that are named; `null`: one is not, and nothing can be started. */
export function realPrograms(env: NodeJS.ProcessEnv = process.env): { apiServer: string; etcd: string } | null {
  const { KUBE_APISERVER: apiServer, ETCD: etcd } = env
  return apiServer && etcd ? { apiServer, etcd } : null
}

/** The ranges of the recorded cluster, whose objects are applied. */
const SERVICE_RANGES = '10.96.0.0/16,fd00:10:96::/112'

const READY_WITHIN_MS = 90_000

export async function startKubeApiServer(programs: { apiServer: string; etcd: string }): Promise<LiveCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-live-'))
  const path = (name: string) => join(folder, name)
  const [port, etcdPort, peerPort] = await Promise.all([freePort(), freePort(), freePort()])
  const authority = await createAuthority('Kubernetes live test CA')
  const certificate = await authority.issue({ altNames: ['127.0.0.1', 'localhost'] })
  const accounts = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const adminToken = randomUUID()
  const files: Record<string, string> = {
    'ca.crt': authority.caPem,
    'server.crt': certificate.cert,
    'server.key': certificate.key,
    'accounts.key': accounts.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'accounts.pub': accounts.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'tokens.csv': `${adminToken},admin,admin,system:masters\n`,
  }
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path(name), text, { mode: 0o600 })))

  const etcd = run(programs.etcd, path('etcd.log'), [
    `--data-dir=${path('etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
    `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    '--unsafe-no-fsync',
  ])
  const startServer = () =>
    run(programs.apiServer, path('apiserver.log'), [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      // Clients are told this address; one on loopback would be refused as an endpoint
      '--advertise-address=192.0.2.10',
      '--endpoint-reconciler-type=none',
      `--service-cluster-ip-range=${SERVICE_RANGES}`,
      `--cert-dir=${path('made')}`,
      `--tls-cert-file=${path('server.crt')}`,
      `--tls-private-key-file=${path('server.key')}`,
      `--client-ca-file=${path('ca.crt')}`,
      `--token-auth-file=${path('tokens.csv')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${path('accounts.pub')}`,
      `--service-account-signing-key-file=${path('accounts.key')}`,
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
    ])
  let server = startServer()
  const asked = { url: `https://127.0.0.1:${port}`, caPem: authority.caPem }

  /** A process of its own tells of nothing when it is ready, so it is asked by the clock. */
  async function ready(): Promise<void> {
    const until = performance.now() + READY_WITHIN_MS
    for (;;) {
      const status = await ask(asked, '/readyz', { token: adminToken }).then(
        (answer) => answer.status,
        () => 0,
      )
      if (status === 200) {
        return
      }
      if (performance.now() > until || server.exitCode !== null || etcd.exitCode !== null) {
        const log = await readFile(path('apiserver.log'), 'utf8')
        throw new Error(`the real API server is not ready; its log ends so:\n${log.slice(-3_000)}`)
      }
      await delay(100)
    }
  }

  async function write(method: string, where: string, body: unknown, contentType: string): Promise<void> {
    const answer = await ask(asked, where, {
      method,
      token: adminToken,
      headers: { 'content-type': contentType },
      ...(body !== undefined && { body }),
    })
    if (answer.status >= 300) {
      throw new Error(`${method} ${where} was answered ${answer.status}: ${answer.text}`)
    }
  }

  async function apply(object: KubeObject): Promise<void> {
    const { status, ...rest } = withoutServersFields(object)
    const where = pathOf(object)
    await write('PATCH', `${where}?fieldManager=live&force=true`, rest, 'application/apply-patch+yaml')
    if (status !== undefined && object.kind !== 'Namespace') {
      // A server refuses to apply the two addresses of a type that nodes of both families have
      await write('PATCH', `${where}/status?fieldManager=live`, { status }, 'application/merge-patch+json')
    }
  }

  async function close(): Promise<void> {
    await ended(server)
    await ended(etcd)
    await rm(folder, { recursive: true, force: true })
  }

  try {
    await ready()
  } catch (error) {
    await close()
    throw error
  }
  const { gitVersion } = (await ask(asked, '/version')).body as { gitVersion: string }
  return {
    name: `kube-apiserver ${gitVersion}`,
    ...asked,
    adminToken,
    async apply(...objects) {
      for (const object of objects) {
        await apply(object)
      }
    },
    remove: (kind, namespace, name) => {
      const { group, versions } = resourceNamed(kind)
      const metadata = { name, ...(namespace !== null && { namespace }) }
      const where = pathOf({ apiVersion: groupVersion(group, versions[0] ?? 'v1'), kind, metadata })
      return write('DELETE', `${where}?gracePeriodSeconds=0`, undefined, 'application/json')
    },
    async serviceAccount(namespace, name) {
      const where = `/api/v1/namespaces/${namespace}/serviceaccounts`
      const metadata = { name, namespace }
      await ask(asked, `${where}/${name}`, { method: 'DELETE', token: adminToken })
      await write('POST', where, { apiVersion: 'v1', kind: 'ServiceAccount', metadata }, 'application/json')
      const asking = {
        method: 'POST',
        token: adminToken,
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      }
      const made = await ask(asked, `${where}/${name}/token`, asking)
      return (made.body as { status: { token: string } }).status.token
    },
    clientCertificate: (name, groups) =>
      authority.issue({
        subject: [`CN=${name}`, ...groups.map((group) => `O=${group}`)].join(','),
        altNames: [],
        usage: 'client',
      }),
    async restart() {
      await ended(server)
      server = startServer()
      await ready()
    },
    close,
  }
}

/** Fields that a server sets itself, or refuses in what is applied. */
function withoutServersFields(object: KubeObject): KubeObject {
  const {
    uid: _,
    resourceVersion: __,
    creationTimestamp: ___,
    managedFields: ____,
    generation: _____,
    ...metadata
  } = object.metadata
  return { ...object, metadata }
}

function pathOf({ apiVersion, kind, metadata }: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>): string {
  const { resource, isNamespaced } = resourceOfKind(apiVersion, kind)
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const within = isNamespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : ''
  return `${root}${within}/${resource}/${metadata.name}`
}

function run(program: string, log: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const written = createWriteStream(log, { flags: 'a' })
  child.stdout?.pipe(written, { end: false })
  child.stderr?.pipe(written, { end: false })
  return child
}

/** A server that is told to end waits a minute for watches that are open; it is not waited for so long. */
const GRACE_MS = 5_000

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const impatient = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await exit
    clearTimeout(impatient)
  }
}
