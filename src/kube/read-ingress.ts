import { type Field, isMapping } from './fields.ts'
import type { Ingress, IngressBackend, IngressClass, IngressPath, PortRef } from './objects.ts'
import { isStored, readLoadBalancer, readMeta, readTexts } from './read-meta.ts'
import { refuseSequences } from './read-path.ts'
import { absolutePath, controllerName, ingressHost, label, portName, subdomain, tlsHost } from './validation.ts'

const PATH_TYPES = ['Exact', 'Prefix', 'ImplementationSpecific'] as const
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class'

/** The differences between the API versions of Ingress. */
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

/** Follows networking/validation ValidateIngressCreate. */
export function readIngress(object: Field): Ingress {
  const apiVersion =
    INGRESS_VERSIONS.find((each) => each === object.get('apiVersion').value) ?? guessVersion(object.get('spec'))
  const shape: Shape = { apiVersion, ...(apiVersion === 'networking.k8s.io/v1' ? NEW : OLD) }
  const spec = object.get('spec')
  const defaultBackend = readDefaultBackend(spec, shape)
  const rules = spec.get('rules')
  if (defaultBackend === null) {
    rules.need(`at least one rule, or spec.${shape.defaultBackend}`)
  }
  refuseTwoClasses(object)
  return {
    kind: 'Ingress',
    apiVersion,
    meta: readMeta(object, subdomain),
    ingressClassName: spec.get('ingressClassName').orAbsent().matching(subdomain),
    defaultBackend,
    rules: rules.items().map((rule) => ({
      host: rule.get('host').matching(ingressHost),
      paths: readPaths(rule.get('http'), shape),
    })),
    tls: spec
      .get('tls')
      .items()
      .map((tls) => ({
        hosts: readTexts(tls.get('hosts'), tlsHost),
        secretName: tls.get('secretName').matching(subdomain),
      })),
    loadBalancerIngress: readLoadBalancer(object),
  }
}

/**
 * Refuses two classes that differ in an Ingress that is being made; a stored one may hold both. (Before 1.32 API servers
 * refused equal ones as well; what any version takes is taken.)
 */
function refuseTwoClasses(object: Field): void {
  const name = object.get('spec').get('ingressClassName').value
  const annotation = object.get('metadata').get('annotations').get(CLASS_ANNOTATION)
  if (typeof name !== 'string' || typeof annotation.value !== 'string' || annotation.value === name) {
    return
  }
  if (!isStored(object)) {
    annotation.complain('must match `ingressClassName` when both are specified. Leave it out.')
  }
}

/** The shape decides where the apiVersion does not exist, so that only that one mistake is reported. */
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
  if (!other.absent) {
    other.complain(`found ${other.key}, expected ${defaultBackend}: its name in ${apiVersion}.`)
  }
  const field = spec.get(defaultBackend)
  return field.absent ? null : readBackend(field, apiVersion)
}

function readPaths(http: Field, shape: Shape): readonly IngressPath[] {
  const paths = http.get('paths')
  if (!http.absent) {
    paths.need('a list with at least one path')
  }
  return paths.items().map((item) => {
    const type = item.get('pathType')
    if (shape.pathTypeNeeded) {
      type.need(`Prefix, Exact or ImplementationSpecific (${shape.apiVersion} has no default)`)
    }
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
  if (backend.has('resource')) {
    return readResource(backend.get('resource'))
  }
  const service = backend.get('service').need('the Service: {name: NAME, port: {number: 80}}')
  if (service.absent) {
    return { service: null }
  }
  const port = service.get('port').need('the port of the Service: {number: 80} or {name: http}')
  return {
    service: {
      name: service.get('name').need("the Service's name").matching(label) ?? '',
      port: readBackendPort(port),
    },
  }
}

/** validateIngressTypedLocalObjectReference. */
function readResource(resource: Field): IngressBackend {
  resource.get('apiGroup').orAbsent().matching(subdomain)
  for (const key of ['kind', 'name']) {
    resource.get(key).need(`the ${key} of the resource`).text()
  }
  return { service: null }
}

/** The number 0 and the empty name count as missing. */
function readBackendPort(port: Field): PortRef | null {
  if (port.absent) {
    return null
  }
  const hasNumber = port.has('number') && port.get('number').value !== 0
  const hasName = port.has('name') && port.get('name').value !== ''
  if (isMapping(port.value) && hasNumber === hasName) {
    port.complain(`found ${hasNumber ? 'number and name' : 'neither number nor name'}, expected one of the two.`)
  }
  return hasNumber ? port.get('number').port() : port.get('name').matching(portName)
}

function readOldBackend(backend: Field, apiVersion: string): IngressBackend {
  if (isMapping(backend.get('service').value)) {
    backend.complain(
      `found service, the shape of networking.k8s.io/v1, expected serviceName and servicePort, that of ${apiVersion}. ` +
        'Set apiVersion: networking.k8s.io/v1 (and a pathType for each path).',
    )
    return { service: null }
  }
  if (backend.has('resource') && !backend.has('serviceName')) {
    return readResource(backend.get('resource'))
  }
  backend.need('the Service: {serviceName: NAME, servicePort: 80}')
  if (backend.absent) {
    return { service: null }
  }
  return {
    service: {
      name: backend.get('serviceName').need("the Service's name").matching(label) ?? '',
      port: backend.get('servicePort').need('the port of the Service, its number or name').portRef(),
    },
  }
}

const bare = (value: unknown): string => String(value).replace(/\s*\/\/.*$/s, '')

export function readIngressClass(object: Field): IngressClass {
  const meta = readMeta(object, subdomain, { namespaced: false })
  return {
    kind: 'IngressClass',
    meta,
    controller: object.get('spec').get('controller').need(controllerName.expected).matching(controllerName),
    isDefault: meta.annotations[DEFAULT_CLASS] === 'true',
  }
}
