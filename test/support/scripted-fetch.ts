import { type ClientOptions, createClient } from '../../src/client/index.ts'
import { VirtualClock } from './virtual-clock.ts'

/** What a request is answered with; an error breaks the connection. */
export type Step = Response | Error | ((request: Request, clock: VirtualClock) => Response | Promise<Response>)

/** A client whose requests are answered by a script, in time that passes at once. */
export function scriptedClient(steps: readonly Step[], options: Partial<ClientOptions> = {}) {
  const clock = new VirtualClock()
  const left = [...steps]
  const seen: { request: Request; body: string; atMs: number }[] = []
  const client = createClient({
    baseUrl: 'http://portolan.test/base/',
    clock,
    fetch: async (request) => {
      seen.push({ request, body: await request.clone().text(), atMs: clock.elapsedMs })
      const step = left.shift()
      if (step === undefined) {
        throw new Error('the script is over')
      }
      if (step instanceof Error) {
        throw step
      }
      return typeof step === 'function' ? step(request, clock) : step
    },
    ...options,
  })
  return {
    ...{ client, clock, seen, left },
    /** Lets time pass until it is done. */
    run: <T>(work: Promise<T>): Promise<T> => clock.during(work),
    /** When each request was sent, in milliseconds. */
    sentAt: () => seen.map(({ atMs }) => atMs),
  }
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

export const refusal = (
  status: number,
  code: string,
  headers: Record<string, string> = {},
  detail = 'Not now.',
): Response =>
  json(
    {
      ...{ type: `/docs/errors/${code}.md`, title: code, status, detail, instance: '/v1', code, requestId: 'req_1' },
      errors: [],
    },
    status,
    { 'content-type': 'application/problem+json', ...headers },
  )

/** As `fetch` of Node tells that nobody listens. */
export const refused = (): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })
