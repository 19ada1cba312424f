/**
 * The port to the network of the runtime under test, for suites that both must pass: in this process, or in local
 * workerd. The servers that it is tried on are the same.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type {
  DnsQueryExchange,
  DnsQueryRequest,
  GrpcExchange,
  GrpcRequest,
  HttpExchange,
  HttpRequest,
  Lookup,
  LookupRequest,
  Resolution,
  ResolveRequest,
  TcpExchange,
} from '../../src/check/network.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import { startDohServer } from './doh-server.ts'
import {
  bodyFromWire,
  type GrpcOnWire,
  type HttpOnWire,
  type NetworkCall,
  type StepsRequest,
  tcpSteps,
} from './network-wire.ts'
import { overJson } from './over-json.ts'
import { RUNTIME } from './portolan.ts'
import { loadWrangler } from './wrangler.ts'

export type TestNetwork = {
  http(request: HttpRequest): Promise<HttpExchange>
  grpc(request: GrpcRequest): Promise<GrpcExchange>
  tcp(request: StepsRequest): Promise<TcpExchange>
  resolve(request: ResolveRequest): Promise<Resolution>
  query(request: DnsQueryRequest): Promise<DnsQueryExchange>
  lookup(request: LookupRequest): Promise<Lookup>
  close(): Promise<void>
}

/** On Workers the runtime trusts `trustedAuthority()`; on Node a request names whom it trusts. */
export const openNetwork = (): Promise<TestNetwork> => (RUNTIME === 'workers' ? openOnWorkers() : openOnNode())

async function openOnNode(): Promise<TestNetwork> {
  const network = createNodeNetwork()
  const { lookup } = network
  if (lookup === null) {
    throw new Error('Node looks names up')
  }
  return {
    async http({ signal, ...request }) {
      const { headers, body, ...exchange } = await network.http({ ...overJson(request), signal })
      return { ...overJson(exchange), headers, body }
    },
    async grpc({ signal, ...request }) {
      const { headers, body, ...exchange } = await network.grpc({ ...overJson(request), signal })
      return { ...overJson(exchange), headers, body }
    },
    tcp: async ({ signal, steps, ...request }) =>
      overJson(await network.tcp({ ...overJson({ ...request, steps: tcpSteps(steps) }), signal })),
    resolve: async ({ signal, ...request }) => overJson(await network.resolve({ ...overJson(request), signal })),
    query: async ({ signal, ...request }) => overJson(await network.query({ ...overJson(request), signal })),
    lookup: async ({ signal, ...request }) => overJson(await lookup({ ...overJson(request), signal })),
    close: async () => undefined,
  }
}

async function openOnWorkers(): Promise<TestNetwork> {
  const { createTestHarness, unstable_readConfig } = await loadWrangler()
  const [doh, aborts] = await Promise.all([startDohServer({ localhost: { A: ['127.0.0.1'] } }), startAborts()])
  const root = new URL('../../', import.meta.url).pathname
  const { compatibility_date, compatibility_flags } = unstable_readConfig({ config: `${root}wrangler.toml` })
  const harness = createTestHarness({
    root,
    workers: [
      {
        config: {
          name: 'network',
          main: 'test/runtime/workers/network.ts',
          compatibility_date,
          compatibility_flags,
          vars: { DOH_URL: doh.url },
        },
      },
    ],
  })
  const { url } = await harness.listen()
  const make = async (call: Pick<NetworkCall, 'method' | 'request'>, signal: AbortSignal): Promise<unknown> => {
    const { abortUrl, forget } = aborts.of(signal)
    const body = JSON.stringify({ ...call, abortUrl, aborted: signal.aborted ? signal.reason : null })
    const answer = await fetch(url, { method: 'POST', body })
    forget()
    if (answer.status !== 200) {
      throw new Error(`the Worker answered ${answer.status}: ${await answer.text()}`)
    }
    return answer.json()
  }
  return {
    async http({ signal, ...request }) {
      const exchange = (await make({ method: 'http', request }, signal)) as HttpOnWire
      return { ...exchange, body: bodyFromWire(exchange.body) }
    },
    async grpc({ signal, ...request }) {
      const exchange = (await make({ method: 'grpc', request }, signal)) as GrpcOnWire
      return { ...exchange, body: bodyFromWire(exchange.body) }
    },
    tcp: async ({ signal, steps, ...request }) =>
      (await make({ method: 'tcp', request: { ...request, steps: tcpSteps(steps) } }, signal)) as TcpExchange,
    resolve: async ({ signal, ...request }) => (await make({ method: 'resolve', request }, signal)) as Resolution,
    query: async ({ signal, ...request }) => (await make({ method: 'query', request }, signal)) as DnsQueryExchange,
    lookup: async ({ signal, ...request }) => (await make({ method: 'lookup', request }, signal)) as Lookup,
    async close() {
      await Promise.all([harness.close(), doh.close(), aborts.close()])
    },
  }
}

/** Tells workerd of an abort: it asks, and is answered when there is one. */
async function startAborts() {
  const signals = new Map<string, AbortSignal>()
  let last = 0
  const server = createServer((request, response) => {
    const signal = signals.get(request.url ?? '')
    if (signal === undefined) {
      return void response.writeHead(404).end()
    }
    if (signal.aborted) {
      return tell(response, signal)
    }
    signal.addEventListener('abort', () => tell(response, signal))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    of(signal: AbortSignal) {
      const path = `/${++last}`
      signals.set(path, signal)
      return { abortUrl: `http://127.0.0.1:${port}${path}`, forget: () => void signals.delete(path) }
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const tell = (response: ServerResponse, signal: AbortSignal): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(signal.reason))
