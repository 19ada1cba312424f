/**
 * Control probes: what is asked, when all tries of a job are made, to tell one cause from another. Diagnosing says which
 * it wants, as data; `run-controls.ts` makes them. Pure.
 *
 * @module
 */

import type { Family } from '../kube/objects.ts'
import { hostPort } from '../lib/address.ts'
import { resultId } from '../lib/id.ts'
import type { HttpScheme } from './http-request.ts'

/** Tells people what each kind finds out. */
export const CONTROLS = {
  kubernetes_cluster_ip: 'whether the cluster IP of the API server takes connections',
  dns_cluster_ip: "whether the cluster IP of the cluster's DNS takes connections",
  dns_over_udp: 'whether this DNS server answers over UDP',
  dns_over_tcp: 'whether this DNS server answers over TCP',
  dns_pod: 'whether this pod of the DNS server answers when it is asked directly',
  declared_port: 'whether another port that the pod declares takes connections',
  other_family: 'whether the same pod takes connections at its address of the other family',
  health_check_node_port: 'what the node says of its own endpoints (spec.healthCheckNodePort)',
  small_answer: 'whether an answer without a body arrives',
  large_request: 'whether a request larger than one packet arrives',
  with_host: 'what this address answers to the host name of another path',
  other_host: 'what this address answers to a request for its bare address',
  again: 'whether the answer of this path is always the same',
  other_scheme: 'whether this address speaks the other of HTTP and HTTPS',
  proxy_protocol: 'whether this address answers after a header of the PROXY protocol',
} as const
export type ControlKind = keyof typeof CONTROLS

/** The most that a job asks. */
export const CONTROLS_MAX = 10

export type ControlAsk =
  | { type: 'connect' }
  | { type: 'dns'; name: string; over: 'udp' | 'tcp' }
  /** The request of the path's own check, dialled at `to`. `host`, `method`: instead of the request's own. */
  | {
      type: 'http'
      scheme: HttpScheme
      serverName: string | null
      host?: string
      method?: 'HEAD'
      target?: string
      /** Bytes of a header that makes the request larger. */
      padding?: number
    }
  /** A plain request that carries nothing of the check's. */
  | { type: 'get'; target: string }
  /** HTTP after the header of the PROXY protocol, version 1, that names no addresses; a handshake of TLS where a name is given. */
  | { type: 'proxied'; serverName: string | null }

export type Control = {
  kind: ControlKind
  /** The path that it is about: it is shown with that path's results. */
  pathId: string
  /** Name of the path's check whose tries it explains. */
  check: string
  to: { address: string; port: number; family: Family }
  ask: ControlAsk
  /** 1-based: the same may be asked several times. */
  nth: number
}

/** The part of a control that is recorded. `to`: `host:port`. */
export type ControlShown = { kind: ControlKind; to: string; nth: number }

export const shownOf = ({ kind, to, nth }: Pick<Control, 'kind' | 'to' | 'nth'>): ControlShown => ({
  kind,
  nth,
  to: hostPort(to.address, to.port, ''),
})

/** Decided by the job and by what is asked: after a restart it is known what was asked already. */
export const controlId = (jobId: string, control: Control): string =>
  resultId(jobId, [control.pathId, control.check, control.kind, shownOf(control).to], {
    sample: 1,
    try: control.nth,
    round: 1,
    control: 1,
  })
