/**
 * Renders what kubelet gives to a pod: resolv.conf, and the variables of the Services of its namespace.
 *
 * @module
 */
import type { KubeObjects } from '../../../src/kube/objects.ts'
import { CLUSTER_DOMAIN, DNS_ADDRESS } from '../world.ts'

/**
 * Renders the file of a pod with `dnsPolicy: ClusterFirst` and two of `dnsConfig.options`. Without
 * `single-request-reopen`, one of two questions that leave a pod at once may lose a race in the node's memory of flows
 * and be asked again after 5 s (kubernetes/kubernetes#56903). Without `timeout:1`, a lookup that meets silence outlasts
 * the test.
 */
export const renderResolvConf = (namespace: string): string =>
  [
    `search ${namespace}.svc.${CLUSTER_DOMAIN} svc.${CLUSTER_DOMAIN} ${CLUSTER_DOMAIN}`,
    `nameserver ${DNS_ADDRESS}`,
    'options ndots:5 single-request-reopen timeout:1',
    '',
  ].join('\n')

/** pkg/kubelet/envvars: `kubernetes`, and Services of the pod's namespace that have a cluster IP when it starts. */
export function renderEnvironment(objects: KubeObjects, namespace: string): Record<string, string> {
  const variables = objects.services.flatMap((service): [string, string][] => {
    const host = service.clusterIP === 'None' ? null : service.clusterIP
    const [first] = service.ports
    const isMaster = service.meta.namespace === 'default' && service.meta.name === 'kubernetes'
    if (host === null || first === undefined || (service.meta.namespace !== namespace && !isMaster)) {
      return []
    }
    const name = shout(service.meta.name)
    return [
      [`${name}_SERVICE_HOST`, host],
      [`${name}_SERVICE_PORT`, String(first.port)],
      [`${name}_PORT`, `${first.protocol.toLowerCase()}://${host}:${first.port}`],
      ...service.ports.flatMap((port): [string, string][] => {
        const protocol = port.protocol.toLowerCase()
        const link = `${name}_PORT_${port.port}_${port.protocol}`
        return [
          ...(port.name === null
            ? []
            : [[`${name}_SERVICE_PORT_${shout(port.name)}`, String(port.port)] as [string, string]]),
          [link, `${protocol}://${host}:${port.port}`],
          [`${link}_PROTO`, protocol],
          [`${link}_PORT`, String(port.port)],
          [`${link}_ADDR`, host],
        ]
      }),
    ]
  })
  return Object.fromEntries(variables)
}

const shout = (name: string): string => name.toUpperCase().replaceAll('-', '_')
