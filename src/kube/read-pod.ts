import { type Field, refuseRepeated } from './fields.ts'
import type { Container, Pod, PodSpec, Workload, WorkloadKind } from './objects.ts'
import { readConditions, readMeta, readProtocol } from './read-meta.ts'
import { ip, label, portName, subdomain } from './validation.ts'

export function readPod(object: Field): Pod {
  const status = object.get('status')
  const addresses = status
    .get('podIPs')
    .items()
    .flatMap((entry) => entry.get('ip').matching(ip) ?? [])
  const first = status.get('podIP').matching(ip)
  return {
    kind: 'Pod',
    meta: readMeta(object, subdomain),
    spec: readPodSpec(object.get('spec'), status),
    phase: status.get('phase').text(),
    podIPs: addresses.length > 0 || first === null ? addresses : [first],
    hostIP: status.get('hostIP').matching(ip),
    conditions: readConditions(object),
  }
}

/** @param status `null` for a template. */
function readPodSpec(spec: Field, status: Field | null): PodSpec {
  const containers = spec.get('containers').need('a list with at least one container').items()
  const sidecars = spec
    .get('initContainers')
    .items()
    .filter((container) => container.get('restartPolicy').value === 'Always')
  return {
    containers: [
      ...containers.map((container) => readContainer(container, false, status?.get('containerStatuses'))),
      ...sidecars.map((container) => readContainer(container, true, status?.get('initContainerStatuses'))),
    ],
    hostNetwork: spec.get('hostNetwork').flag() ?? false,
    hostname: spec.get('hostname').matching(label),
    subdomain: spec.get('subdomain').matching(label),
    nodeName: spec.get('nodeName').matching(subdomain),
    enableServiceLinks: spec.get('enableServiceLinks').flag() ?? true,
    dnsPolicy: spec.get('dnsPolicy').text() ?? 'ClusterFirst',
  }
}

function readContainer(container: Field, sidecar: boolean, statuses: Field | undefined): Container {
  const name = container.get('name').need("the container's name").matching(label) ?? ''
  const items = container.get('ports').items()
  const ports = items.map((port) => ({
    name: port.get('name').matching(portName),
    containerPort: port.get('containerPort').need('a port, a whole number from 1 to 65535').port() ?? 0,
    protocol: readProtocol(port),
    hostPort: port.get('hostPort').integer(0, 65535, 'a port, a whole number from 1 to 65535') || null,
  }))
  refuseRepeated(
    items.map((port) => port.get('name')),
    ports.map((port) => port.name),
    'a name of its own for each port',
  )
  return {
    name,
    image: container.get('image').text(),
    ports,
    sidecar,
    hasReadinessProbe: container.has('readinessProbe'),
    status: readContainerStatus(statuses, name),
  }
}

function readContainerStatus(statuses: Field | undefined, name: string): Container['status'] {
  const status = statuses?.items().find((each) => each.get('name').value === name)
  if (!status) {
    return null
  }
  const state = status.get('state')
  const last = status.get('lastState').get('terminated').get('reason')
  return {
    ready: status.get('ready').flag() ?? false,
    restartCount: status.get('restartCount').integer(0, Number.MAX_SAFE_INTEGER) ?? 0,
    waitingReason: state.get('waiting').get('reason').text(),
    terminatedReason: state.get('terminated').get('reason').text() ?? last.text(),
  }
}

const NO_CONTAINERS: PodSpec = {
  containers: [],
  hostNetwork: false,
  hostname: null,
  subdomain: null,
  nodeName: null,
  enableServiceLinks: true,
  dnsPolicy: null,
}

export const readWorkload =
  (kind: WorkloadKind) =>
  (object: Field): Workload => {
    const spec = object.get('spec')
    // A Job is read for the labels of its pods alone: one that says nothing of them is no reason to refuse all objects.
    const written = spec.get('template')
    const template = kind === 'Job' && written.absent ? null : written.need('the template of the pods')
    const replicas = spec.get('replicas').integer(0, 2 ** 31 - 1)
    return {
      kind,
      meta: readMeta(object, subdomain),
      replicas: kind === 'DaemonSet' || kind === 'Job' ? null : (replicas ?? 1),
      serviceName: kind === 'StatefulSet' ? spec.get('serviceName').matching(label) : null,
      template: {
        labels: template?.get('metadata').get('labels').labels() ?? {},
        spec: template === null ? NO_CONTAINERS : readPodSpec(template.get('spec'), null),
      },
    }
  }
