/**
 * The requests of the conformance suite of Gateway API with what must become of them, and the objects that they are
 * about. They are not part of this repository: `GATEWAY_CONFORMANCE` names their folder, or they lie beside it.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CORE_SCHEMA, loadAll } from 'js-yaml'

/** Where a file comes from that the suite makes itself. */
export type FromObject = { from: string; namespace: string; name: string; key: string }

export type Request = {
  protocol: 'HTTP' | 'HTTPS' | 'H2' | 'H2C_PRIOR_KNOWLEDGE' | 'GRPC' | 'TLS' | 'TCP' | 'UDP'
  scheme?: string
  port: number
  host: string | null
  path: string | null
  method: string | null
  headers: Readonly<Record<string, string>>
  sni?: string
  body?: string
  backendSetResponseHeaders?: Readonly<Record<string, string>>
  clientCertificate?: FromObject
}

export type Expect = {
  outcome: string
  status?: readonly number[] | null
  statusNot?: readonly number[]
  grpcCode?: string
  grpcCodeNot?: string
  backend?: string | null
  backendNamespace?: string | null
  weights?: Readonly<Record<string, number>>
  redirect?: { scheme: string; host: string | null; port: string | null; path: string } | null
  requestPathAtBackend?: string
  methodAtBackend?: string
  hostAtBackend?: string
  headers?: Readonly<Record<string, string>>
  absentHeaders?: readonly string[]
  sniAtBackend?: string
  backendIsTLS?: boolean
  clientCertificateAtBackend?: FromObject
  httpPortAtBackend?: string
  responseHeaders?: Readonly<Record<string, string>>
  responseHeadersOneOf?: Readonly<Record<string, readonly string[]>>
  responseAbsentHeaders?: readonly string[]
  ignoreWhitespace?: boolean
  mirroredTo?: readonly unknown[]
}

export type Case = {
  name: string
  gateway: { namespace: string; name: string }
  request: Request
  expect: Expect
  after?: readonly string[]
}

export type Test = {
  test: string
  kind: string
  manifests: readonly string[]
  features: readonly string[]
  cases: readonly Case[]
  creates?: readonly Manifest[]
}

export type Manifest = {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; labels?: Readonly<Record<string, string>> }
  spec?: Readonly<Record<string, unknown>>
}

export const CONTROLLER = 'gateway.example.org/haproxy'
const CLASS = 'conformance'

export const FOLDER =
  process.env.GATEWAY_CONFORMANCE ?? join(import.meta.dirname, '../../../../shared/gateway-conformance')

export const isThere = (): boolean => existsSync(join(FOLDER, 'cases.json'))

/** Tests that send requests. */
export const readTests = (): Test[] =>
  (JSON.parse(readFileSync(join(FOLDER, 'cases.json'), 'utf8')) as { tests: Test[] }).tests.filter(
    ({ cases }) => cases.length > 0,
  )

/** The objects that every test begins with, and those of one test. */
export const manifestsOf = (test: Test): Manifest[] => [
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: CLASS },
    spec: { controllerName: CONTROLLER },
  },
  ...['base/manifests.yaml', ...test.manifests].flatMap((file) => readManifests(file.replace(/^manifests\//, ''))),
]

const read = new Map<string, Manifest[]>()

function readManifests(file: string): Manifest[] {
  const known = read.get(file)
  if (known !== undefined) {
    return known
  }
  const text = readFileSync(join(FOLDER, 'manifests', file), 'utf8')
    .replaceAll('{GATEWAY_CLASS_NAME}', CLASS)
    .replaceAll('{GATEWAY_CONTROLLER_NAME}', CONTROLLER)
  const manifests = (loadAll(text, { schema: CORE_SCHEMA }) as (Manifest | null)[]).filter((each) => each !== null)
  read.set(file, manifests)
  return manifests
}

/**
 * The objects as they are after changes such as `Delete ReferenceGrant ns/name (line 73)`; `null` where a change is not
 * in the data.
 */
export function after(manifests: readonly Manifest[], test: Test, changes: readonly string[]): Manifest[] | null {
  let now = [...manifests]
  for (const change of changes) {
    const [, verb, kind, namespace, name] = /^(\w+) (\w+) ([^/ ]+)\/(\S+)/.exec(change) ?? []
    const isIt = (each: Manifest) =>
      each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace
    const created = test.creates?.find(isIt)
    if (verb === 'Delete') {
      now = now.filter((each) => !isIt(each))
    } else if (verb === 'Apply' && created !== undefined) {
      // What is made later is the younger one.
      now.push({
        ...created,
        metadata: { ...created.metadata, creationTimestamp: '2099-01-01T00:00:00Z' } as Manifest['metadata'],
      })
    } else {
      return null
    }
  }
  return now
}
