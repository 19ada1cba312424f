/**
 * The answer to a request for WebSocket. Pure.
 *
 * @module
 */
import type { HttpCheck } from '../plan/check.ts'
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import type { HttpExchange } from './network.ts'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** The rules of RFC 6455 4.1 that an answer of 101 may break. */
export const HANDSHAKE_FLAWS = {
  upgrade: 'there is no header "Upgrade: websocket"',
  connection: 'there is no header "Connection: Upgrade"',
  accept: 'Sec-WebSocket-Accept is missing, or is not that of the key that was sent',
  extensions: 'Sec-WebSocket-Extensions names an extension that was not offered',
  protocol: 'Sec-WebSocket-Protocol names a protocol that was not offered',
} as const
export type HandshakeFlaw = keyof typeof HANDSHAKE_FLAWS

const wordsOf = (value: string | readonly string[] | undefined): readonly string[] =>
  (typeof value === 'string' ? [value] : (value ?? []))
    .flatMap((line) => line.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '')

const names = (value: string | readonly string[] | undefined, token: string): boolean =>
  wordsOf(value).some((word) => word.toLowerCase() === token)

/**
 * @param accept that belongs to the key that was sent.
 * @param offered subprotocols, as they were sent.
 */
export function handshakeFlaw(headers: Headers, accept: string, offered: string | undefined): HandshakeFlaw | null {
  if (!names(headers.upgrade, 'websocket')) {
    return 'upgrade'
  }
  if (!names(headers.connection, 'upgrade')) {
    return 'connection'
  }
  if (headers['sec-websocket-accept'] !== accept) {
    return 'accept'
  }
  if (headers['sec-websocket-extensions'] !== undefined) {
    return 'extensions'
  }
  const chosen = headers['sec-websocket-protocol']
  return chosen === undefined || wordsOf(offered).some((protocol) => protocol === chosen) ? null : 'protocol'
}

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
