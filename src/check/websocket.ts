/**
 * The answer to a request for WebSocket. Pure.
 *
 * @module
 */
import type { HttpCheck } from '../plan/check.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { HANDSHAKE_FLAWS } from './handshake.ts'
import type { HttpExchange } from './network.ts'

const SWITCHING_PROTOCOLS = 101

/** A status that says that there is nothing, or nobody, and not that no WebSocket is to be had. */
const isNobody = (status: number): boolean => status === 404 || status >= 500

/** @returns `null`: WebSocket is spoken. */
export function judgeWebSocket({ http, handshake }: HttpExchange): Failure | null {
  const status = http?.status ?? 0
  if (status !== SWITCHING_PROTOCOLS) {
    const code = isNobody(status) ? 'unexpected_status' : 'websocket_not_upgraded'
    return failure(code, 'expectation', `status ${status}, expected 101 (WebSocket)`)
  }
  const flaw = handshake === undefined ? 'accept' : handshake
  return flaw && failure('websocket_handshake_invalid', 'expectation', `status 101, but ${HANDSHAKE_FLAWS[flaw]}`)
}

/** Statuses that may be expected of a check that asks for WebSocket: 101, or what is filled in where nothing is said. */
const EXPECTABLE: readonly (string | number)[] = [SWITCHING_PROTOCOLS, '1xx', '2xx']

/** The fields that do not go with `upgrade`, as JSON pointers with the reason. */
export function upgradeFaults(check: HttpCheck): readonly { pointer: string; detail: string }[] {
  const { method, body, httpVersion, followRedirects, expect, responder } = check
  const noBody = 'an answer that upgrades to WebSocket has no body: leave it out'
  const rows: readonly (readonly [fits: boolean, pointer: string, detail: string])[] = [
    [method === 'GET', '/method', 'is GET where upgrade is "websocket" (RFC 6455 4.1)'],
    [body === null, '/body', 'a request that upgrades to WebSocket has no body: leave it out'],
    [
      httpVersion === '1.1',
      '/httpVersion',
      'is "1.1" where upgrade is "websocket": HTTP/2 has no Upgrade (RFC 9113 8.6)',
    ],
    [!followRedirects, '/followRedirects', 'is false where upgrade is "websocket": the first answer must be 101'],
    [
      expect === null || expect.validStatusCodes.every((code) => EXPECTABLE.includes(code)),
      '/expect/validStatusCodes',
      'is 101 where upgrade is "websocket": leave it out',
    ],
    [(expect?.failIfBodyMatchesRegexp ?? []).length === 0, '/expect/failIfBodyMatchesRegexp', noBody],
    [(expect?.failIfBodyNotMatchesRegexp ?? []).length === 0, '/expect/failIfBodyNotMatchesRegexp', noBody],
    [(expect?.jsonPath ?? []).length === 0, '/expect/jsonPath', noBody],
    [responder === null || 'header' in responder, '/responder/bodyRegexp', noBody],
  ]
  return rows.flatMap(([fits, pointer, detail]) => (fits ? [] : [{ pointer, detail }]))
}

/** Headers of the handshake, which the client writes. */
export const HANDSHAKE_HEADERS: ReadonlySet<string> = new Set([
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
])
