/**
 * Renders what CoreDNS serves for Services (kubernetes/dns, docs/specification.md) as one zone of bind9's, with the
 * names of the world outside beside it.
 *
 * @module
 */
import type { KubeObjects, Service } from '../../../src/kube/objects.ts'
import { CLUSTER_DOMAIN, UPSTREAM } from '../world.ts'
import { clusterIPOf, FAMILIES, familyOf, isHeadless, type ServedPort, servedPorts } from './service-ports.ts'

/** CoreDNS's default for its kubernetes plugin. */
const TTL_SECONDS = 5

/** A zone for the root: what is not in it does not exist. */
export const renderZone = (objects: KubeObjects): string => {
  const ports = FAMILIES.flatMap((family) => servedPorts(objects, family))
  return zone(objects.services.flatMap((service) => recordsOf(service, ports)))
}

/** Renders the zone of a DNS server outside the cluster, which knows no Services. */
export const renderUpstreamZone = (): string => zone([])

const zone = (records: readonly string[]): string =>
  [
    `$TTL ${TTL_SECONDS}`,
    `. SOA ns.invalid. hostmaster.invalid. 1 7200 1800 86400 ${TTL_SECONDS}`,
    '. NS ns.invalid.',
    'ns.invalid. A 127.0.0.1',
    ...Object.entries(UPSTREAM).map(([name, address]) => `${name}. A ${address}`),
    ...records,
    '',
  ].join('\n')

function recordsOf(service: Service, ports: readonly ServedPort[]): string[] {
  const name = `${service.meta.name}.${service.meta.namespace}.svc.${CLUSTER_DOMAIN}.`
  if (service.externalName !== null) {
    return [`${name} CNAME ${service.externalName}.`]
  }
  const own = ports.filter((served) => served.service === service)
  if (isHeadless(service)) {
    return [...new Set(own.flatMap((served) => headlessRecords(name, served)))]
  }
  const addresses = FAMILIES.map((family) => clusterIPOf(service, family)).filter((address) => address !== null)
  return [
    ...addresses.map((address) => record(name, address)),
    ...service.ports.flatMap((port) => srv(name, port, port.port, name)),
  ]
}

const record = (name: string, address: string): string =>
  `${name} ${familyOf(address) === 'IPv6' ? 'AAAA' : 'A'} ${address}`

/** One address an endpoint; none: the name does not exist. SRV tells the port of the endpoints. */
const headlessRecords = (name: string, { port, backends }: ServedPort): string[] =>
  backends.flatMap(({ address, hostname, port: number }) => {
    const own = `${hostname ?? address.replaceAll(/[.:]+/g, '-')}.${name}`
    return [record(name, address), record(own, address), ...srv(name, port, number, own)]
  })

const srv = (name: string, { name: port, protocol }: ServedPort['port'], number: number, target: string): string[] =>
  port === null ? [] : [`_${port}._${protocol.toLowerCase()}.${name} SRV 0 100 ${number} ${target}`]

/** @param zoneFile of {@link renderZone}; where it does not load, every question is answered SERVFAIL. */
export const renderNamedConf = (folder: string, zoneFile: string): string => `options {
  directory "${folder}"; pid-file none; session-keyfile none;
  listen-on { any; }; listen-on-v6 { none; };
  recursion no; allow-query { any; }; dnssec-validation no; minimal-responses yes; notify no;
};
controls {};
zone "." { type primary; file "${zoneFile}"; };
`
