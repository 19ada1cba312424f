/**
 * What stands behind the Gateways of one test: pods of its Deployments, slices of its Services, and the files of the
 * Secrets and ConfigMaps that the suite makes.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority } from '../../support/certificates.ts'
import { renderGateways } from '../render/gateway/haproxy.ts'
import { gatewayObjects, keyOf } from '../render/gateway/objects.ts'
import type { Credentials } from './ask.ts'
import { after, type Case, CONTROLLER, type Manifest, manifestsOf, type Test } from './cases.ts'
import type { EchoPod } from './echo.ts'

type Pod = EchoPod & { labels: Readonly<Record<string, string>> }

/** A test's objects as they are for some of its cases. */
export type World = {
  test: Test
  cases: readonly Case[]
  /** For the proxy. */
  section: string
  /** Of a Gateway; `null`: there is none by that name. */
  address(gateway: { namespace: string; name: string }): string | null
}

export type Files = {
  certificate(namespace: string, name: string): string | null
  authority(namespace: string, name: string): string | null
  credentials(name: string): Credentials
}

const INFRA = 'gateway-conformance-infra'
const VALIDITY = 'tls-validity-checks'

/** Names that the suite's certificates are for, by their Secret (conformance/utils/suite/suite.go). */
const SERVER_SECRETS: Readonly<Record<string, readonly string[]>> = {
  [`${INFRA}/${VALIDITY}-certificate`]: ['example.org', 'second-example.org', '*.org', '*.wildcard.org'],
  [`${INFRA}/tls-checks-certificate`]: ['abc.example.com', 'other.example.com'],
  [`${INFRA}/tls-passthrough-checks-certificate`]: ['abc.example.com'],
  [`${INFRA}/tls-terminate-checks-certificate`]: ['*.example.com'],
  'gateway-conformance-web-backend/certificate': ['*.example.com'],
  'gateway-conformance-app-backend/tls-passthrough-checks-certificate': ['abc.example.com'],
}

/** Certificates of clients, with the ConfigMap of the authority that has issued each. */
const CLIENT_SECRETS: Readonly<Record<string, string>> = {
  [`${VALIDITY}-client-certificate`]: `${VALIDITY}-ca-certificate`,
  [`${VALIDITY}-per-port-client-certificate`]: `${VALIDITY}-per-port-ca-certificate`,
  'tls-checks-client-certificate': 'tls-checks-ca-certificate',
}
const AUTHORITIES = [...new Set(Object.values(CLIENT_SECRETS)), 'mismatch-ca-certificate']
const OF_SERVERS = 'tls-checks-ca-certificate'

/** Writes what the suite would have made. */
export async function makeFiles(folder: string): Promise<Files> {
  mkdirSync(folder, { recursive: true })
  const file = (name: string) => join(folder, name.replaceAll('/', '_'))
  const authorities = new Map(
    await Promise.all(AUTHORITIES.map(async (name) => [name, await createAuthority(name)] as const)),
  )
  for (const [name, { caPem }] of authorities) {
    writeFileSync(file(`${name}.crt`), caPem)
  }
  const issue = async (
    name: string,
    by: string,
    leaf: Parameters<NonNullable<ReturnType<typeof authorities.get>>['issue']>[0],
  ) => {
    const { cert = '', key = '' } = (await authorities.get(by)?.issue(leaf)) ?? {}
    writeFileSync(file(`${name}.pem`), `${cert}\n${key}`)
    return [name, { cert, key }] as const
  }
  const issued = new Map(
    await Promise.all([
      ...Object.entries(SERVER_SECRETS).map(([name, altNames]) => issue(name, OF_SERVERS, { altNames })),
      ...Object.entries(CLIENT_SECRETS).map(([name, by]) =>
        issue(`${INFRA}/${name}`, by, { subject: `CN=${name}`, altNames: [], usage: 'client' }),
      ),
    ]),
  )
  return {
    certificate: (namespace, name) => (issued.has(`${namespace}/${name}`) ? file(`${namespace}/${name}.pem`) : null),
    authority: (namespace, name) => (namespace === INFRA && authorities.has(name) ? file(`${name}.crt`) : null),
    credentials: (name) => {
      const found = issued.get(`${INFRA}/${name}`)
      if (found === undefined) {
        throw new Error(`the suite makes no Secret ${name}`)
      }
      return found
    },
  }
}

/** Pods and Gateways have addresses of loopback of their own, in two ranges. */
const nth = (range: number, turn: number): string => `127.${range}.${turn >> 8}.${turn & 255}`

/** Every world of the tests, and the pods behind them. Pods of equal Deployments are the same. */
export function makeWorlds(tests: readonly Test[], files: Files): { worlds: World[]; pods: EchoPod[] } {
  const known = new Map<string, Pod[]>()
  let addresses = 0
  const podsOf = (deployment: Manifest): Pod[] => {
    const key = JSON.stringify(deployment)
    const pods = known.get(key) ?? makePods(deployment, files, () => nth(2, ++addresses))
    known.set(key, pods)
    return pods
  }
  let gateways = 0
  const worlds = tests.flatMap((test, turn) =>
    [...Map.groupBy(test.cases, ({ after: changes = [] }) => JSON.stringify(changes))].flatMap(
      ([changes, cases], state) => {
        const manifests = after(manifestsOf(test), test, JSON.parse(changes) as string[])
        if (manifests === null) {
          return []
        }
        const pods = manifests.filter(({ kind }) => kind === 'Deployment').flatMap(podsOf)
        const objects = gatewayObjects(withSlices(manifests, pods))
        const at = new Map(objects.gateways.map((gateway) => [keyOf(gateway), nth(3, ++gateways)]))
        const asked = new Set(cases.map(({ gateway }) => `${gateway.namespace}/${gateway.name}`))
        const section = renderGateways(
          { ...objects, gateways: objects.gateways.filter((gateway) => asked.has(keyOf(gateway))) },
          {
            controllerName: CONTROLLER,
            address: (gateway) => at.get(keyOf(gateway)) ?? '',
            certificate: files.certificate,
            authority: files.authority,
          },
          `w${turn}-${state}`,
        )
        return [
          {
            test,
            cases,
            section,
            address: ({ namespace, name }) => at.get(`${namespace}/${name}`) ?? null,
          } satisfies World,
        ]
      },
    ),
  )
  return { worlds, pods: [...known.values()].flat() }
}

type PodTemplate = {
  replicas?: number
  template: {
    metadata: { labels: Record<string, string> }
    spec: {
      containers: readonly { image: string; env?: readonly { name: string }[] }[]
      volumes?: readonly { secret?: { secretName: string } }[]
    }
  }
}

function makePods({ metadata, spec }: Manifest, files: Files, address: () => string): Pod[] {
  const { replicas = 1, template } = spec as unknown as PodTemplate
  const [container] = template.spec.containers
  const has = (variable: string) => container?.env?.some(({ name }) => name === variable) ?? false
  // Over UDP nothing is asked.
  if (!container?.image.includes('echo-basic') || has('UDP_ECHO_SERVER')) {
    return []
  }
  const secret = template.spec.volumes?.flatMap((volume) => volume.secret?.secretName ?? []).at(0)
  const namespace = metadata.namespace ?? ''
  return Array.from({ length: replicas }, (_, turn) => ({
    name: `${metadata.name}-6d9f7c5b8-${turn}`,
    namespace,
    address: address(),
    labels: template.metadata.labels,
    speaks: has('TCP_ECHO_SERVER') ? 'tcp' : has('GRPC_ECHO_SERVER') ? 'grpc' : 'http',
    tls:
      secret !== undefined && has('TLS_SERVER_CERT')
        ? {
            ...pairOf(files, namespace, secret),
            ...(has('TLS_CLIENT_CACERTS') ? { ca: textOf(files.authority(INFRA, OF_SERVERS)) } : {}),
          }
        : null,
  }))
}

/** Both stand in one file. */
function pairOf(files: Files, namespace: string, name: string): Credentials {
  const text = textOf(files.certificate(namespace, name))
  return { cert: text, key: text }
}

function textOf(file: string | null): string {
  if (file === null) {
    throw new Error('a Deployment mounts what the suite does not make')
  }
  return readFileSync(file, 'utf8')
}

/** Pods behind slices that have no endpoints in the manifests: the suite fills them from these. */
const FILLED_WITH = 'infra-backend-v1'

type ServiceSpec = {
  selector?: Readonly<Record<string, string>>
  ports: readonly { name?: string; port: number; targetPort?: number; protocol?: string }[]
}

/** Does what the controller of EndpointSlices does. */
function withSlices(manifests: readonly Manifest[], pods: readonly Pod[]): Manifest[] {
  const endpointsOf = (namespace: string | undefined, labels: Readonly<Record<string, string>>) =>
    pods
      .filter(
        (pod) =>
          pod.namespace === namespace && Object.entries(labels).every(([key, value]) => pod.labels[key] === value),
      )
      .map(({ address }) => ({ addresses: [address], conditions: { ready: true } }))
  const made = manifests
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ metadata, spec }) => {
      const { selector, ports } = spec as unknown as ServiceSpec
      return selector === undefined
        ? []
        : [
            {
              apiVersion: 'discovery.k8s.io/v1',
              kind: 'EndpointSlice',
              metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
              addressType: 'IPv4',
              ports: ports.map(({ name, port, targetPort = port }) => ({
                ...(name === undefined ? {} : { name }),
                port: targetPort,
              })),
              endpoints: endpointsOf(metadata.namespace, selector),
            },
          ]
    })
  const given = manifests.map((each) =>
    each.kind === 'EndpointSlice' && !('endpoints' in each)
      ? { ...each, endpoints: endpointsOf(each.metadata.namespace, { app: FILLED_WITH }) }
      : each,
  )
  return [...given, ...made]
}
