import { type Field, refuseRepeated } from './fields.ts'
import type {
  ClientValidation,
  Gateway,
  GatewayAddress,
  GatewayClass,
  GatewayListener,
  ListenerSet,
  ListenerStatus,
  NamespacesFrom,
} from './gateway-objects.ts'
import { GATEWAY_API } from './gateway-versions.ts'
import { readMeta, readSelector } from './read-meta.ts'
import { readGroupKind, readObjectName, readObserved, TO_CERTIFICATE, TO_PARENT } from './read-references.ts'
import { controllerName, ingressHost, subdomain } from './validation.ts'

export function readGatewayClass(object: Field): GatewayClass {
  const status = object.get('status')
  return {
    kind: 'GatewayClass',
    meta: readMeta(object, subdomain, { namespaced: false }),
    controllerName: object.get('spec').get('controllerName').need(controllerName.expected).matching(controllerName),
    conditions: status.absent ? null : readObserved(status),
  }
}

export function readGateway(object: Field): Gateway {
  const spec = object.get('spec')
  const status = object.get('status')
  const listeners = spec.get('listeners').need('at least one listener').items()
  return {
    kind: 'Gateway',
    meta: readMeta(object, subdomain),
    gatewayClassName: spec.get('gatewayClassName').need('the name of a GatewayClass').text(),
    addresses: readAddresses(spec.get('addresses')),
    listeners: readListeners(listeners),
    allowedListeners: readFrom(spec.get('allowedListeners').get('namespaces'), 'None'),
    frontend: readFrontend(spec, listeners),
    status: status.absent
      ? null
      : {
          addresses: readAddresses(status.get('addresses')),
          conditions: readObserved(status),
          listeners: readStatuses(status),
        },
  }
}

export function readListenerSet(object: Field): ListenerSet {
  const spec = object.get('spec')
  const status = object.get('status')
  return {
    kind: 'ListenerSet',
    meta: readMeta(object, subdomain),
    parentRef: readObjectName(spec.get('parentRef').need('the Gateway: {name: NAME}'), TO_PARENT),
    listeners: readListeners(spec.get('listeners').need('at least one listener').items()),
    status: status.absent ? null : { conditions: readObserved(status), listeners: readStatuses(status) },
  }
}

const readAddresses = (list: Field): readonly GatewayAddress[] =>
  list
    .items()
    .map((address) => ({ type: address.get('type').text() ?? 'IPAddress', value: address.get('value').text() }))

function readListeners(items: readonly Field[]): readonly GatewayListener[] {
  const listeners = items.map(readListener)
  refuseRepeated(
    items.map((item) => item.get('name')),
    listeners.map(({ name }) => name || null),
    'another name for each listener',
  )
  return listeners
}

const WITHOUT_TLS: ReadonlySet<string> = new Set(['HTTP', 'TCP', 'UDP'])

function readListener(item: Field): GatewayListener {
  const protocol = item.get('protocol').need('HTTP, HTTPS, TLS, TCP or UDP').text() ?? ''
  const tls = item.get('tls')
  const mode = tls.get('mode')
  if (!tls.absent && WITHOUT_TLS.has(protocol)) {
    tls.complain(`must not be specified for protocol ${protocol}. Leave it out, or set protocol: HTTPS or TLS.`)
  }
  if (protocol === 'HTTPS' && mode.value === 'Passthrough') {
    mode.complain('must be Terminate for protocol HTTPS. Set protocol: TLS to pass it through.')
  }
  const allowed = item.get('allowedRoutes')
  return {
    name: item.get('name').need('a name for the listener').matching(subdomain) ?? '',
    hostname: item.get('hostname').matching(ingressHost),
    port: item.get('port').need('the port to listen on').port(),
    protocol,
    tls: tls.absent
      ? null
      : {
          mode: mode.oneOf(['Terminate', 'Passthrough']) ?? 'Terminate',
          certificateRefs: tls
            .get('certificateRefs')
            .items()
            .map((ref) => readObjectName(ref, TO_CERTIFICATE)),
        },
    allowedRoutes: { namespaces: readFrom(allowed.get('namespaces'), 'Same'), kinds: readKinds(allowed.get('kinds')) },
  }
}

const readFrom = (namespaces: Field, byDefault: string): NamespacesFrom => ({
  from: namespaces.get('from').oneOf(['All', 'Same', 'Selector', 'None']) ?? byDefault,
  selector: readSelector(namespaces.get('selector')),
})

const readKinds = (list: Field) => list.items().map((item) => readGroupKind(item, { group: GATEWAY_API, kind: null }))

const readStatuses = (status: Field): readonly ListenerStatus[] =>
  status
    .get('listeners')
    .items()
    .map((item) => ({
      name: item.get('name').text() ?? '',
      supportedKinds: readKinds(item.get('supportedKinds')),
      attachedRoutes: item.get('attachedRoutes').integer(0, Number.MAX_SAFE_INTEGER),
      conditions: readObserved(item),
    }))

/**
 * Until release 1.3 a listener held its own validation of clients. It counts for the port, as it does since: clients
 * reuse a connection for every listener of a port (GEP-91).
 */
function readFrontend(spec: Field, listeners: readonly Field[]): Gateway['frontend'] {
  const frontend = spec.get('tls').get('frontend')
  const ofListeners = listeners
    .filter((item) => item.get('tls').has('frontendValidation'))
    .map((item) => ({ port: item.get('port').port() ?? 0, validation: { mode: 'AllowValidOnly' } }))
  return {
    default: readValidation(frontend.get('default')),
    perPort: [
      ...frontend
        .get('perPort')
        .items()
        .map((item) => ({ port: item.get('port').port() ?? 0, validation: readValidation(item.get('tls')) })),
      ...ofListeners,
    ],
  }
}

function readValidation(tls: Field): ClientValidation | null {
  const validation = tls.get('validation')
  return validation.absent ? null : { mode: validation.get('mode').text() ?? 'AllowValidOnly' }
}
