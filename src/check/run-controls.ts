/**
 * Makes control probes, under the same policy, gate and deadline as tries. Recorded, and in no count.
 *
 * @module
 */

import { hostPort } from '../lib/address.ts'
import type { Failure } from './codes.ts'
import { type Control, type ControlAsk, controlId, shownOf } from './control.ts'
import { failure, internal, isBeyondVantage } from './failure.ts'
import { responderOf } from './http.ts'
import { httpRequest } from './http-request.ts'
import { unlessTooCostly } from './judge-in-turns.ts'
import { createMeter } from './meter.ts'
import { NO_TIMINGS, type TcpStep } from './network.ts'
import type { Outcome, Result } from './result.ts'
import { NOTHING, type Observation, observed, refusal, type TryContext } from './try.ts'

/** Longer than this a control does not wait: a diagnosis is not worth more. */
const TIMEOUT_MS = 5000

/** Makes the controls. What the signal cuts leaves no trace. */
export async function runControls(
  context: TryContext,
  controls: readonly Control[],
  record: (result: Result) => void,
): Promise<void> {
  const { deps, jobId, signal } = context
  await Promise.all(
    controls.map(async (control) => {
      if (signal.aborted) {
        return
      }
      const release = await deps.gate.enter(jobId, control.to.address, control.to.port)
      if (release === null || signal.aborted) {
        return release?.()
      }
      try {
        const startedAtMs = deps.clock.now()
        const refused = refusal(context, control.to, { id: control.pathId })
        const seen = refused === null ? await unlessBroken(context, control) : { ...NOTHING, failure: refused }
        if (!signal.aborted) {
          record(describe(context, control, startedAtMs, seen))
        }
      } finally {
        release()
      }
    }),
  )
}

async function unlessBroken(context: TryContext, control: Control): Promise<Observation> {
  try {
    return await observe(context, control)
  } catch (cause) {
    context.deps.log.error('control_failed', { jobId: context.jobId, kind: control.kind, cause })
    return { ...NOTHING, failure: internal('connect', cause) }
  }
}

function observe(context: TryContext, control: Control): Promise<Observation> {
  const { ask } = control
  switch (ask.type) {
    case 'connect':
      return converse(context, control, [])
    case 'proxied':
      return converse(context, control, proxied(ask.serverName))
    case 'dns':
      return ask.over === 'udp' ? resolve(context, control, ask.name) : queryOverTcp(context, control, ask.name)
    case 'get':
      return get(context, control, ask.target)
    case 'http':
      return request(context, control, ask)
  }
}

const timeoutOf = ({ timeoutMs }: TryContext): number => Math.min(timeoutMs, TIMEOUT_MS)

/** `UNKNOWN`: whoever takes the header goes by the connection itself (PROXY protocol, 2.1), so nobody is impersonated. */
const PROXY_HEADER = 'PROXY UNKNOWN\r\n'
const PLAIN_REQUEST = 'HEAD / HTTP/1.1\r\nhost: portolan.invalid\r\nconnection: close\r\n\r\n'

const proxied = (serverName: string | null): readonly TcpStep[] =>
  serverName === null
    ? [
        { expect: null, send: { text: PROXY_HEADER + PLAIN_REQUEST }, startTls: null },
        { expect: { answer: 'proxied' }, send: null, startTls: null },
      ]
    : [
        {
          expect: null,
          send: { text: PROXY_HEADER },
          startTls: {
            serverName: serverName === '' ? null : serverName,
            verify: false,
            caPem: null,
            wantsExpiry: false,
          },
        },
      ]

async function converse(context: TryContext, { to }: Control, steps: readonly TcpStep[]): Promise<Observation> {
  const exchange = await context.deps.network.tcp({
    address: to.address,
    port: to.port,
    timeoutMs: timeoutOf(context),
    signal: context.signal,
    tls: null,
    steps,
    readLimitBytes: 64 * 1024,
  })
  return observed(exchange)
}

async function queryOverTcp(context: TryContext, { to }: Control, name: string): Promise<Observation> {
  const { address, port } = to
  const { timeoutMs, signal } = { timeoutMs: timeoutOf(context), signal: context.signal }
  const asked = { transport: 'tcp', name, type: 'A', recursionDesired: true } as const
  const exchange = await context.deps.network.query({ address, port, timeoutMs, signal, ...asked })
  return { ...observed(exchange), dns: exchange.dns }
}

async function resolve(context: TryContext, { to }: Control, name: string): Promise<Observation> {
  const server = to.family === 'IPv6' ? `[${to.address}]:${to.port}` : `${to.address}:${to.port}`
  const asked = { name, type: 'A' as const, server, timeoutMs: timeoutOf(context), signal: context.signal }
  const { evidence, durationMs, failure: failed } = await context.deps.network.resolve(asked)
  return {
    ...NOTHING,
    dns: evidence,
    timings: { ...NO_TIMINGS, dnsMs: durationMs, totalMs: durationMs },
    // An answer was asked for, and one that denies the name is an answer
    failure: evidence.rcode === null ? failed : null,
  }
}

async function get(context: TryContext, { to }: Control, target: string): Promise<Observation> {
  const exchange = await context.deps.network.http({
    address: to.address,
    port: to.port,
    timeoutMs: timeoutOf(context),
    signal: context.signal,
    tls: null,
    method: 'GET',
    target,
    headers: { host: hostPort(to.address, to.port, 'http'), 'user-agent': 'portolan' },
    body: null,
    httpVersion: '1.1',
    bodyLimitBytes: 64 * 1024,
    streamMs: null,
  })
  const { http } = exchange
  const status = http === null || http.status < 400 ? null : `status ${http.status}`
  const judged = status === null ? null : failure('unexpected_status', 'expectation', status)
  return { ...observed(exchange), failure: exchange.failure ?? judged }
}

const PADDING_HEADER = 'x-portolan-padding'

async function request(
  context: TryContext,
  control: Control,
  ask: Extract<ControlAsk, { type: 'http' }>,
): Promise<Observation> {
  const { to } = control
  const path = context.plan.paths.find(({ id }) => id === control.pathId)
  const check = path?.checks.find(({ name }) => name === control.check)
  if (path === undefined || check?.type !== 'http') {
    throw new Error(`there is no such HTTP check: ${control.check}`)
  }
  const { timeoutMs, signal } = { timeoutMs: timeoutOf(context), signal: context.signal }
  const asked = httpRequest(path, check, { address: path.address ?? to.address, timeoutMs, signal })
  const exchange = await context.deps.network.http({
    ...asked,
    address: to.address,
    port: to.port,
    tls: ask.scheme === 'https' ? { serverName: ask.serverName, verify: false, caPem: null, wantsExpiry: false } : null,
    method: ask.method ?? asked.method,
    target: ask.target ?? asked.target,
    body: ask.method === 'HEAD' ? null : asked.body,
    headers: {
      ...asked.headers,
      ...(ask.host !== undefined && { host: ask.host }),
      ...(ask.padding !== undefined && { [PADDING_HEADER]: 'x'.repeat(ask.padding) }),
    },
  })
  const responder = await unlessTooCostly(context, responderOf(check, exchange, createMeter()))
  return { ...observed(exchange), responder }
}

function describe({ jobId }: TryContext, control: Control, startedAtMs: number, seen: Observation): Result {
  return {
    id: controlId(jobId, control),
    jobId,
    pathId: control.pathId,
    check: control.check,
    address: control.to.address,
    sample: 1,
    try: control.nth,
    round: 1,
    purpose: 'control',
    outcome: outcomeOf(seen.failure),
    startedAtMs,
    ...seen,
    control: shownOf(control),
  }
}

function outcomeOf(failed: Failure | null): Outcome {
  if (failed === null) {
    return 'pass'
  }
  if (failed.code === 'blocked_by_policy' || isBeyondVantage(failed)) {
    return 'skipped'
  }
  return failed.source === 'internal' ? 'error' : 'fail'
}
