import { type Field, isMapping } from './fields.ts'
import type { Ingress, IngressBackend, IngressClass, IngressPath, PortRef } from './objects.ts'
import { readLoadBalancer, readMeta, readTexts } from './read-meta.ts'
import { absolutePath, ingressHost, label, portName, subdomain } from './rules.ts'

const PATH_TYPES = ['Exact', 'Prefix', 'ImplementationSpecific'] as const
const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class'

/** What differs between the API versions of Ingress. */
type Shape = { apiVersion: Ingress['apiVersion']; defaultBackend: string; pathTypeNeeded: boolean; readBackend: Reader }
type Reader = (backend: Field, apiVersion: string) => IngressBackend

const NEW: Omit<Shape, 'apiVersion'> = {
  defaultBackend: 'defaultBackend',
  pathTypeNeeded: true,
  readBackend: readNewBackend,
}
const OLD: Omit<Shape, 'apiVersion'> = {
  defaultBackend: 'backend',
  pathTypeNeeded: false,
  readBackend: readOldBackend,
}

export const INGRESS_VERSIONS = ['networking.k8s.io/v1', 'networking.k8s.io/v1beta1', 'extensions/v1beta1'] as const

export function readIngress(object: Field): Ingress {
  const apiVersion =
    INGRESS_VERSIONS.find((each) => each === object.get('apiVersion').value) ?? guessVersion(object.get('spec'))
  const shape: Shape = { apiVersion, ...(apiVersion === 'networking.k8s.io/v1' ? NEW : OLD) }
  const spec = object.get('spec')
  const defaultBackend = readDefaultBackend(spec, shape)
  const rules = spec.get('rules')
  if (defaultBackend === null) rules.need(`at least one rule, or spec.${shape.defaultBackend}`)
  return {
    kind: 'Ingress',
    apiVersion,
    meta: readMeta(object, subdomain),
    ingressClassName: spec.get('ingressClassName').matching(subdomain),
    defaultBackend,
    rules: rules.items().map((rule) => ({
      host: rule.get('host').matching(ingressHost),
      paths: readPaths(rule.get('http'), shape),
    })),
    tls: spec
      .get('tls')
      .items()
      .map((tls) => ({ hosts: readTexts(tls.get('hosts'), ingressHost), secretName: tls.get('secretName').text() })),
    loadBalancerIngress: readLoadBalancer(object),
  }
}

/** Without an apiVersion that exists, the shape decides, so that only that one mistake is told. */
function guessVersion(spec: Field): Ingress['apiVersion'] {
  const paths = spec
    .get('rules')
    .items()
    .flatMap((rule) => rule.get('http').get('paths').items())
  const isOld = spec.has('backend') || paths.some((path) => path.get('backend').has('serviceName'))
  return isOld ? 'networking.k8s.io/v1beta1' : 'networking.k8s.io/v1'
}

function readDefaultBackend(spec: Field, { apiVersion, defaultBackend, readBackend }: Shape): IngressBackend | null {
  const other = spec.get(defaultBackend === 'backend' ? 'defaultBackend' : 'backend')
  if (!other.absent) other.complain(`found ${other.key}, expected ${defaultBackend}: its name in ${apiVersion}.`)
  const field = spec.get(defaultBackend)
  return field.absent ? null : readBackend(field, apiVersion)
}

function readPaths(http: Field, shape: Shape): readonly IngressPath[] {
  const paths = http.get('paths')
  if (!http.absent) paths.need('a list with at least one path')
  return paths.items().map((item) => {
    const type = item.get('pathType')
    if (shape.pathTypeNeeded) type.need(`Prefix, Exact or ImplementationSpecific (${shape.apiVersion} has no default)`)
    const pathType = type.oneOf(PATH_TYPES) ?? 'ImplementationSpecific'
    const path = item.get('path')
    if (pathType !== 'ImplementationSpecific') {
      path.need('a path that begins with "/"')
      refuseSequences(path)
    }
    return {
      path: path.matching(absolutePath),
      pathType,
      backend: shape.readBackend(item.get('backend'), shape.apiVersion),
    }
  })
}

/** pkg/apis/networking/validation invalidPathSequences and invalidPathSuffixes, of Exact and Prefix. */
function refuseSequences(path: Field): void {
  const text = typeof path.value === 'string' ? path.value : ''
  const within = ['//', '/./', '/../', '%2f', '%2F'].find((sequence) => text.includes(sequence))
  const behind = ['/..', '/.'].find((suffix) => text.endsWith(suffix))
  if (within !== undefined) path.complain(`must not contain '${within}'.`)
  else if (behind !== undefined) path.complain(`cannot end with '${behind}'.`)
}

function readNewBackend(backend: Field, apiVersion: string): IngressBackend {
  if (backend.has('serviceName') || backend.has('servicePort')) {
    const name = backend.get('serviceName').value ?? 'NAME'
    const port = backend.get('servicePort').value ?? 80
    const portKey = typeof port === 'number' ? 'number' : 'name'
    backend.complain(
      `found serviceName and servicePort, the shape of extensions/v1beta1 and networking.k8s.io/v1beta1, ` +
        `expected that of ${apiVersion}: service: {name: ${bare(name)}, port: {${portKey}: ${bare(port)}}}.`,
    )
    return { service: null }
  }
  if (backend.has('resource') && backend.has('service')) {
    // pkg/apis/networking/validation validateIngressBackend
    backend.complain('cannot set both resource and service backends. Leave one out.')
    return { service: null }
  }
  if (backend.has('resource')) return { service: null }
  const service = backend.get('service').need('the Service: {name: NAME, port: {number: 80}}')
  if (service.absent) return { service: null }
  const port = service.get('port').need('the port of the Service: {number: 80} or {name: http}')
  return {
    service: {
      name: service.get('name').need("the Service's name").matching(label) ?? '',
      port: readBackendPort(port),
    },
  }
}

function readBackendPort(port: Field): PortRef | null {
  if (port.absent) return null
  const number = port.get('number')
  const name = port.get('name')
  if (isMapping(port.value) && number.absent === name.absent) {
    port.complain(`found ${number.absent ? 'neither number nor name' : 'number and name'}, expected one of the two.`)
  }
  return number.port() ?? name.matching(portName)
}

function readOldBackend(backend: Field, apiVersion: string): IngressBackend {
  if (isMapping(backend.get('service').value)) {
    backend.complain(
      `found service, the shape of networking.k8s.io/v1, expected serviceName and servicePort, that of ${apiVersion}. ` +
        'Set apiVersion: networking.k8s.io/v1 (and a pathType for each path).',
    )
    return { service: null }
  }
  if (backend.has('resource') && !backend.has('serviceName')) return { service: null }
  backend.need('the Service: {serviceName: NAME, servicePort: 80}')
  if (backend.absent) return { service: null }
  return {
    service: {
      name: backend.get('serviceName').need("the Service's name").matching(label) ?? '',
      port: backend.get('servicePort').need('the port of the Service, its number or name').portRef(),
    },
  }
}

const bare = (value: unknown): string => String(value).replace(/\s*\/\/.*$/s, '')

export function readIngressClass(object: Field): IngressClass {
  const meta = readMeta(object, subdomain, false)
  return {
    kind: 'IngressClass',
    meta,
    controller: object.get('spec').get('controller').text(),
    isDefault: meta.annotations[DEFAULT_CLASS] === 'true',
  }
}
