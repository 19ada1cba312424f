/** Control probes: how rules ask for them, and how they find the answers. */

import type { Control, ControlAsk, ControlKind } from '../check/control.ts'
import { schemeOf } from '../check/http-request.ts'
import type { Telling } from '../check/result.ts'
import type { Family } from '../kube/objects.ts'
import { familyOf, hostPort } from '../lib/address.ts'
import type { HttpCheck } from '../plan/check.ts'
import type { Seen, SeenPath } from './seen.ts'

/** Asking again with these is no harm (RFC 9110 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The HTTP check that the path's telling try made, where its request may be made again. */
export const safeCheckOf = ({ path, result }: SeenPath): HttpCheck | null => {
  const check = path.checks.find(({ name }) => name === result?.check)
  return check?.type === 'http' && check.upgrade === null && SAFE.has(check.method) ? check : null
}

/** The address and port that a path was dialled at; `null`: it was not dialled. */
export function dialledAt({ path, result }: SeenPath): Control['to'] | null {
  const address = path.family === null ? (result?.resolvedAddress ?? null) : path.address
  const family: Family | null = address === null ? null : familyOf(address)
  return address === null || family === null || path.addressPort === null
    ? null
    : { address, family, port: path.addressPort }
}

/** A control about a path, there or elsewhere; none where the path was not dialled. */
export function controlOf(about: SeenPath, kind: ControlKind, ask: ControlAsk, at = dialledAt(about)): Control[] {
  const { path, result } = about
  if (at === null || result === null) {
    return []
  }
  return [{ kind, ask, to: at, nth: 1, pathId: path.id, check: result.check }]
}

/** The very request of `about`, with its host and name, made again: at its own address, or at that of another path. */
export function requestAt(about: SeenPath, kind: 'again' | 'with_host', to: SeenPath, times: number): Control[] {
  const check = safeCheckOf(about)
  const at = dialledAt(to)
  if (check === null || at === null) {
    return []
  }
  const { id, host, address, addressPort, serverName } = about.path
  const scheme = schemeOf(about.path, check)
  const ask: ControlAsk = {
    type: 'http',
    serverName,
    host: check.host ?? hostPort(host ?? address ?? '', addressPort, scheme),
    scheme: kind === 'again' ? scheme : to.path.scheme === 'https' ? 'https' : 'http',
  }
  return Array.from({ length: times }, (_, nth) => ({ kind, ask, to: at, nth: nth + 1, pathId: id, check: check.name }))
}

/** The answers to control probes of an address that is not one of the paths. */
export const controlsTo = (
  { controls }: Seen,
  kind: ControlKind,
  to?: { address: string; port: number },
): readonly Telling[] =>
  controls.filter(
    ({ control }) => control?.kind === kind && (to === undefined || control.to === hostPort(to.address, to.port, '')),
  )

export const controlsAbout = ({ controls }: Seen, kind: ControlKind, { path }: SeenPath): readonly Telling[] =>
  controls.filter(({ control, pathId }) => control?.kind === kind && pathId === path.id)

/** An answer of whatever kind came, so that packets get there and back. */
export const isAnswering = ({ outcome, failure }: Telling): boolean =>
  outcome === 'pass' || (failure !== null && failure.phase !== 'connect' && failure.phase !== 'dns')
