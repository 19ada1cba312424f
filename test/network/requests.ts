import { expect } from 'vitest'
import type { DialTls, GrpcRequest, HttpRequest, Timings } from '../../src/check/network.ts'
import { HEALTH_CHECK } from '../../src/plan/check.ts'
import { by } from '../contract/runtimes.ts'
import type { StepsRequest } from '../support/network-wire.ts'

/** It is the time of a try that is to end by it; any other try it ends only if that hangs. */
export const SHORT_MS = 800
const LONG_MS = 10_000

type To = { address: string; port: number }

const dial = ({ address, port }: To) => ({
  ...{ address, port },
  timeoutMs: LONG_MS,
  signal: new AbortController().signal,
  tls: null,
})

export const httpTo = (to: To, more: Partial<HttpRequest> = {}): HttpRequest => ({
  ...dial(to),
  method: 'GET',
  target: '/healthz?x=1',
  headers: { host: 'toad.example' },
  body: null,
  httpVersion: '1.1',
  bodyLimitBytes: 65_536,
  streamMs: null,
  ...more,
})

export const grpcTo = (to: To, more: Partial<GrpcRequest> = {}): GrpcRequest => ({
  ...dial(to),
  call: HEALTH_CHECK,
  service: '',
  headers: { host: 'toad.example' },
  bodyLimitBytes: 65_536,
  streamMs: null,
  ...more,
})

export const tcpTo = (to: To, more: Partial<StepsRequest> = {}): StepsRequest => ({
  ...dial(to),
  steps: [],
  readLimitBytes: 65_536,
  ...more,
})

/** @param caPem what is trusted; on Workers that is the runtime's affair. */
export const tlsBy = (caPem: string | null, more: Partial<DialTls> = {}): DialTls => ({
  ...{ serverName: 'toad.example', verify: true, caPem, wantsExpiry: false },
  ...more,
})

/** Tells which phases have a number. */
export const reached = (timings: Timings) =>
  (['connectMs', 'tlsMs', 'firstByteMs', 'downloadMs'] as const).filter((phase) => {
    const value = timings[phase]
    // An answer that came in one piece took no time to download
    const least = phase === 'downloadMs' ? 0 : by('timings', { node: 0.001, workers: 0 })
    if (value !== null) {
      expect(value).toBeGreaterThanOrEqual(least)
    }
    return value !== null
  })
