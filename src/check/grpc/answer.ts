/**
 * Reads what an answer to a gRPC call says, as evidence. Pure.
 *
 * @module
 */
import type { GrpcCall } from '../../plan/check.ts'
import { readHealth } from './health.ts'
import { type GrpcStatus, statusOf, statusOfHttp } from './status.ts'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

export type GrpcEvidence = {
  /** The method that was called, as `/{service}/{method}`. */
  call: string
  /** `null`: the answer had not come to its end when enough of it was read. */
  status: GrpcStatus | null
  /** `grpc-status` as it came. `null`: there was none; {@link status} then is what clients make of the HTTP status. */
  code: number | null
  /** `grpc-message`, decoded and cut. */
  message: string | null
  /** `Health/Check` answered this: a name of the health protocol, or a number that has none. */
  health: string | null
}

export const pathOf = ({ service, method }: GrpcCall): string => `/${service}/${method}`

/** Tells by the headers of an answer whether it is one of gRPC. gRPC-Web, which is spoken over HTTP/1.1 too, is another protocol. */
const CONTENT_TYPE = /^application\/grpc(?:\s*[;+]|\s*$)/i

export const isGrpc = (headers: Headers): boolean => CONTENT_TYPE.test(first(headers['content-type']) ?? '')

const first = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' || value === undefined ? value : value[0]

const MESSAGE_MAX = 512

/** @param message the first one of the answer. */
export function evidenceOf(
  call: GrpcCall,
  answer: { status: number; headers: Headers; trailers: Headers | null; isOver: boolean; message: Uint8Array | null },
): GrpcEvidence {
  const { headers, trailers, isOver, message } = answer
  // An answer without a message may have all in one block ("Trailers-Only")
  const said = trailers ?? headers
  const written = isOver ? (first(said['grpc-status']) ?? '') : ''
  const code = /^\d{1,3}$/.test(written) ? Number(written) : null
  const told = first(said['grpc-message'])
  return {
    call: pathOf(call),
    status: code !== null ? statusOf(code) : isOver ? statusOfHttp(answer.status) : null,
    code,
    message: isOver && told !== undefined ? shortened(decoded(told)) : null,
    health: message === null ? null : readHealth(message),
  }
}

/** Percent-encoded UTF-8; what is not well encoded stays as it is (grpc/doc/PROTOCOL-HTTP2.md, "Status-Message"). */
function decoded(text: string): string {
  const bytes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const hex = text[at] === '%' ? /^[\da-f]{2}/i.exec(text.slice(at + 1, at + 3)) : null
    bytes.push(hex === null ? text.charCodeAt(at) & 0xff : Number.parseInt(hex[0], 16))
    at += hex === null ? 0 : 2
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}

/** On one line, so that it neither controls a terminal nor fills it. */
const shortened = (text: string): string => {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd')
  return line.length > MESSAGE_MAX ? `${line.slice(0, MESSAGE_MAX)}…` : line
}
