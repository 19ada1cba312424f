/**
 * A cluster as arithmetic: what each path of a plan does where pods, nodes and names are as told. Ways are led to the
 * endpoints in turn, as kube-proxy spreads them; a controller asks another endpoint where one refuses or is silent.
 */
import type { FailureCode } from '../../src/check/codes.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import type { Did, Saw } from './scenario.ts'

/** A pod answers a connection well, fails so, or fails so in every second one. */
export type Pod = 'ok' | FailureCode | number | { half: FailureCode | number }

export type Model = {
  /** By address. Those that are not named are well. */
  pods?: Readonly<Record<string, Pod>>
  /** Tries of each path. */
  samples?: number
  /** Says what a path does whatever the pods do; `undefined` leaves it to the pods. */
  but?: (path: PlannedPath) => Did | undefined
}

/** In its n-th try: `ok`, or how it fails. */
const nth = (pod: Pod, n: number): 'ok' | FailureCode | number =>
  typeof pod === 'object' ? (n % 2 === 0 ? pod.half : 'ok') : pod

type One = ReturnType<typeof nth>

/** Asked again at the next endpoint where no answer came, three times in all (proxy_next_upstream). */
function through(ends: readonly Pod[], n: number): One {
  const tried = [0, 1, 2].map((at) => nth(ends[(n + at) % ends.length] ?? 'ok', n))
  const answered = tried.find((each) => each === 'ok' || typeof each === 'number')
  if (answered !== undefined) {
    return answered
  }
  return tried.some((each) => each === 'connect_timeout' || each === 'response_timeout') ? 504 : 502
}

function madeOf(tries: readonly One[]): Did {
  const failed = tries.filter((each) => each !== 'ok')
  const [first] = failed
  return first === undefined ? 'pass' : { as: first, of: tries.length, fails: failed.length }
}

/** @param paths of the plan: its endpoints are those of the cluster. */
export const modelled =
  ({ pods = {}, samples = 1, but = () => undefined }: Model, paths: readonly PlannedPath[]): Saw =>
  (path) => {
    const told = but(path)
    if (told !== undefined) {
      return told
    }
    if (path.dns !== null || path.variable !== null || path.kind === 'ExternalName') {
      return 'pass'
    }
    const tries = Array.from({ length: samples }, (_, at) => at)
    if (path.kind === 'Endpoint') {
      return madeOf(tries.map((n) => nth(pods[path.address ?? ''] ?? 'ok', n)))
    }
    const ends = paths
      .filter(
        ({ kind, port, expected }) =>
          kind === 'Endpoint' && port?.number === path.port?.number && expected === 'reachable',
      )
      .filter(({ family }) => path.family === null || path.kind === 'Ingress' || family === path.family)
      .map(({ address }) => pods[address ?? ''] ?? 'ok')
    if (ends.length === 0) {
      return path.kind === 'Ingress' ? 503 : { as: 'connection_refused', of: samples }
    }
    const from = paths.indexOf(path)
    return madeOf(
      tries.map((n) =>
        path.kind === 'Ingress' ? through(ends, from + n) : nth(ends[(from + n) % ends.length] ?? 'ok', n),
      ),
    )
  }
