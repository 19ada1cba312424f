/** What works as it stands, so that there is something to read later. */
import { at, ingress, service } from '../support/compare.ts'
import { toadService } from '../support/toad.ts'
import { SLOW, type UnderTest } from './under-test.ts'

/** Whole bodies, by operation. */
export function bodiesFor({ pod }: UnderTest): Record<string, object[]> {
  const manifests = [toadService(pod.port)]
  const target = { manifests }
  const live = { namespace: 'default', service: 'toad-svc' }
  const http = { type: 'http', name: 'home', path: '/', expect: { validStatusCodes: ['2xx'] } }
  const quick = { timeoutMs: 500, deadlineMs: 3000 }
  const slow = { target, timeoutMs: 3000, checks: [{ type: 'http', name: 'slow', path: SLOW }] }
  const jobs = [
    { target, ...quick },
    { target, ...quick, checks: [http], samples: 2 },
    { target: live, ...quick },
  ]
  const side = (name: string) => ({ kind: 'Ingress', name, addresses: at(pod) })
  const compare = (path: string) => ({
    target: { manifests: [service, ingress('old', [path]), ingress('new', [path, '/frog'])] },
    ...{ left: side('old'), right: side('new'), timeoutMs: 1000 },
  })
  return {
    createJob: [...jobs, slow],
    createPlan: jobs,
    createBatch: [{ target, ...quick }, { target: { namespace: 'default' }, ...quick }, slow],
    createCompare: [compare('/'), compare(SLOW)],
    createSchedule: [{ name: 'toad', cron: '* * * * *', timeZone: 'UTC', job: { target, ...quick } }],
    createToken: [
      { name: 'CI', scopes: ['jobs:read'] },
      { name: 'shop', scopes: ['jobs:read'], namespaces: ['shop'] },
    ],
    changeSchedule: [{ enabled: false }, { cron: '*/2 * * * *' }],
  }
}

/** Tokens that may do some of it: by scope, namespace, address and rate. */
const NARROW: readonly object[] = [
  { scopes: ['jobs:read', 'schedules:read', 'reports:read', 'metrics:read'] },
  { scopes: ['plan', 'jobs:read', 'jobs:write', 'schedules:write'], egressOnly: ['127.0.0.0/8'] },
  { scopes: ['plan', 'jobs:read', 'jobs:write', 'schedules:read', 'reports:read'], namespaces: ['default'] },
  { scopes: ['jobs:read', 'jobs:write'], namespaces: ['pond'], manifests: true, egressOnly: ['127.0.0.1/32'] },
  { scopes: ['metrics:read'] },
  { scopes: ['tokens:write', 'audit:read'] },
  { scopes: ['jobs:read', 'jobs:write'], rateLimit: { requestsPerMinute: 30, jobsUnderWay: 1, triesPerMinute: 10 } },
]

export type Asker = {
  /** Values of `authorization`, as often as they are to come. `null`: none is sent. */
  authorizations: readonly (string | null)[]
  /** Ids of the tokens, which are not to be deleted. */
  tokens: readonly string[]
}

/** Most requests come with a token that may ask, some with one that may not, and some with none. */
export async function makeAskers({ url, adminToken }: UnderTest): Promise<Asker> {
  const bearer = `Bearer ${adminToken}`
  const made = await Promise.all(
    NARROW.map(async (narrow, nth) => {
      const response = await fetch(`${url}/v1/tokens`, {
        method: 'POST',
        headers: { authorization: bearer, 'content-type': 'application/json' },
        body: JSON.stringify({ name: `fuzz ${nth}`, ...narrow }),
      })
      if (response.status !== 201) {
        throw new Error(`no token ${nth}: ${response.status} ${await response.text()}`)
      }
      return response.json() as Promise<{ id: string; token: string }>
    }),
  )
  const basic = `Basic ${Buffer.from(`x:${adminToken}`).toString('base64')}`
  return {
    authorizations: [
      ...Array.from({ length: 24 }, () => bearer),
      ...made.map(({ token }) => `Bearer ${token}`),
      ...[basic, null, 'Bearer wrong', `bearer ${adminToken}`],
    ],
    tokens: made.map(({ id }) => id),
  }
}
