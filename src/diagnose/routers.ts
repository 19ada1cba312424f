/** Words for what stands between clients and pods on routed ways, and reads what they send. */
import { KINDS, ROUTERS, type RouterKind } from '../plan/kinds.ts'
import type { SeenPath } from './seen.ts'

export type RouterWords = {
  /** `the Ingress controller`; begins no sentence. */
  name: string
  /** `the controller`, where the sentence before has said which. */
  short: string
  /** The command that shows these objects, without a namespace. */
  get: string
  /** Tells it that the pods speak TLS. */
  tellTls: string
  /** Names the setting for how large the header of an answer may be; follows a verb. */
  headerSize: string
}

const WORDS: Readonly<Record<RouterKind, RouterWords>> = {
  'ingress-controller': {
    name: ROUTERS['ingress-controller'].name,
    short: 'the controller',
    get: 'kubectl get ingress',
    tellTls:
      'Tell the controller that the backend speaks HTTPS (ingress-nginx: backend-protocol; Traefik: serversscheme, or a port called https; HAProxy: server-ssl; appProtocol https where the controller reads it)',
    headerSize:
      'for this Ingress (ingress-nginx: nginx.ingress.kubernetes.io/proxy-buffer-size: "16k"; HAProxy: tune.bufsize)',
  },
  gateway: {
    name: ROUTERS.gateway.name,
    short: 'the Gateway',
    get: 'kubectl get gateways,httproutes,backendtlspolicies',
    tellTls: 'Tell the Gateway that the backend speaks TLS, by a BackendTLSPolicy for the Service',
    headerSize: 'in the settings of its data plane (nginx: proxy_buffer_size; HAProxy: tune.bufsize)',
  },
}

/** Takes the words of the first of the paths that a router is on. */
export const routerOn = (paths: readonly Pick<SeenPath, 'path'>[]): RouterWords =>
  WORDS[paths.map(({ path }) => KINDS[path.kind].router).find((router) => router !== null) ?? 'ingress-controller']

export const beginning = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
