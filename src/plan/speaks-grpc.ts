/**
 * Tells by its words whether a port speaks gRPC, and whether over TLS. It is no scheme: what is known of it decides the
 * default check alone, and ids of paths do not depend on it.
 *
 * @module
 */
import type { ServicePort } from '../kube/objects.ts'

/** `tls`: `null` if no word tells. */
export type SpeaksGrpc = { tls: boolean | null }

const GRPC = new Set(['grpc', 'grpcs'])
/** Before or behind `grpc`, as in `grpc-web` or `grpc-metrics`: another protocol, for which it is only the subject. */
const OTHERS = new Set([
  'web',
  'json',
  'rest',
  'gateway',
  'gw',
  'metrics',
  'prometheus',
  'ui',
  'admin',
  'debug',
  'pprof',
])
/** Before `grpc`: the port is known as one of HTTP/1.1, whatever else is on it. */
const HTTP = new Set(['http', 'https', 'www', 'ws', 'wss', 'websecure'])
const TLS = new Set(['grpcs', 'tls', 'mtls', 'ssl', 'https', 'secure'])
const PLAIN = new Set(['http', 'h2c', 'plain', 'plaintext', 'insecure'])

/**
 * Values of `appProtocol` that gRPC runs over, by KEP-3726 and by what controllers take. A Service that says no more
 * than one of these leaves it to the name of its port.
 */
const BENEATH = new Set(['kubernetes.io/h2c', 'h2c', 'http2', 'h2', 'tcp', 'tls'])

const wordsOf = (text: string): string[] => text.toLowerCase().split(/[^a-z0-9]+/)

function readWords(text: string): SpeaksGrpc | null {
  const words = wordsOf(text)
  const at = words.findIndex((word) => GRPC.has(word))
  if (at < 0 || words.some((word) => OTHERS.has(word)) || words.slice(0, at).some((word) => HTTP.has(word))) {
    return null
  }
  const tls = words.some((word) => TLS.has(word)) ? true : words.some((word) => PLAIN.has(word)) ? false : null
  return { tls }
}

/**
 * `null`: nothing says so. `appProtocol` decides, unless it only names what gRPC runs over; then the name of the port, then
 * that of the port which it targets in the pod.
 */
export function speaksGrpc({ protocol, appProtocol, name, targetPort }: ServicePort): SpeaksGrpc | null {
  if (protocol !== 'TCP') {
    return null
  }
  const beneath = appProtocol?.toLowerCase() ?? null
  if (beneath !== null && !BENEATH.has(beneath)) {
    return readWords(beneath)
  }
  const told = readWords(name ?? '') ?? (typeof targetPort === 'string' ? readWords(targetPort) : null)
  if (told === null || told.tls !== null || beneath === null) {
    return told
  }
  return { tls: beneath === 'tls' ? true : beneath.endsWith('h2c') ? false : null }
}
