/**
 * A call to the port to the network as JSON, so that a suite on Node can make it inside workerd.
 *
 * @module
 */
import type { Failure } from '../../src/check/codes.ts'
import type {
  DnsQueryRequest,
  GrpcExchange,
  GrpcRequest,
  HttpExchange,
  HttpRequest,
  LookupRequest,
  ResolveRequest,
  TcpRequest,
  TcpStep,
} from '../../src/check/network.ts'

/** A step of a conversation, in short. `expect`: a line that it matches. */
export type Step = { expect?: string; send?: string; startTls?: NonNullable<TcpStep['startTls']> }

export type StepsRequest = Omit<TcpRequest, 'steps'> & { steps: readonly Step[] }

type Unsignalled<T> = Omit<T, 'signal'>
export type NetworkCall = (
  | { method: 'http'; request: Unsignalled<HttpRequest> }
  | { method: 'grpc'; request: Unsignalled<GrpcRequest> }
  | { method: 'tcp'; request: Unsignalled<TcpRequest> }
  | { method: 'resolve'; request: Unsignalled<ResolveRequest> }
  | { method: 'query'; request: Unsignalled<DnsQueryRequest> }
  | { method: 'lookup'; request: Unsignalled<LookupRequest> }
) & {
  /** The signal was aborted before the call, with this. */
  aborted: Failure | null
  /** Answers with what the signal is aborted with, when it is. */
  abortUrl: string
}

export type HttpOnWire = Omit<HttpExchange, 'body'> & { body: string | null }
export type GrpcOnWire = Omit<GrpcExchange, 'body'> & { body: string | null }

export const tcpSteps = (steps: readonly Step[]): TcpStep[] =>
  steps.map(({ expect, send, startTls = null }) => ({
    expect: expect === undefined ? null : { regexp: expect },
    send: send === undefined ? null : { text: send },
    startTls,
  }))

export const bodyToWire = (body: Uint8Array | null): string | null =>
  body && btoa(Array.from(body, (byte) => String.fromCharCode(byte)).join(''))

export const bodyFromWire = (text: string | null): Uint8Array | null =>
  text === null ? null : Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
