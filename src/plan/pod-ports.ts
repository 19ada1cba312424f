/**
 * Finds the number of a named port in a pod.
 *
 * @module
 */
import type { PodSpec, ServicePort } from '../kube/objects.ts'

/**
 * Finds the number that a targetPort means in a pod: a number as it is; a name by the container port that has it, with
 * the same protocol (k8s.io/endpointslice FindPort). `null`: no container has it. `field: null`: the Service has it.
 */
export function findPort(spec: PodSpec, port: ServicePort): { number: number; field: string | null } | null {
  if (typeof port.targetPort === 'number') {
    return { number: port.targetPort, field: null }
  }
  const known = declared.get(spec) ?? declaredPorts(spec)
  declared.set(spec, known)
  return known.get(`${port.protocol} ${port.targetPort}`) ?? null
}

type DeclaredPorts = ReadonlyMap<string, { number: number; field: string }>

/** Each port of a Service asks each of its pods, so answers are remembered. */
const declared = new WeakMap<PodSpec, DeclaredPorts>()

function declaredPorts({ containers }: PodSpec): DeclaredPorts {
  const found = new Map<string, { number: number; field: string }>()
  for (const container of containers) {
    for (const [at, { name, protocol, containerPort }] of container.ports.entries()) {
      const key = `${protocol} ${name}`
      if (name === null || found.has(key)) {
        continue
      }
      found.set(key, { number: containerPort, field: `spec.containers[${container.name}].ports[${at}]` })
    }
  }
  return found
}
