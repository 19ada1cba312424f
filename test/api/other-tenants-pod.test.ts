import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { describeLive } from '../support/describe-live.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { liveObjects } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob } from '../support/read.ts'
import { ADMIN, type Call, callAs, hostOf, type Listener, listenAt, makeToken } from '../support/tenants.ts'
import { ADDRESSES, type Attempt, attemptsAt, objectsFor, POND_HOST } from '../support/tenants-attempts.ts'

const cluster = liveObjects()
let api: TestPortolan
let dns: DnsServer
let port = 0
let routed = 0
let pond: readonly Listener[] = []
let open: readonly { close(): Promise<void> }[] = []
let admin: Call
let tenant: Call

/** Connections to the pod of the other tenant, and requests that the router has sent there. */
const reached = (): number => pond.reduce((sum, { connections }) => sum + connections, 0) + routed

/** A controller that both tenants share: it goes by the host, then by the path, as it is when dots are undone. */
const isForPond = (host: string, url: string): boolean =>
  host === POND_HOST || new URL(url, 'http://router').pathname.startsWith('/pond')

beforeAll(async () => {
  const first = await listenAt(ADDRESSES.pond, 0)
  port = first.port
  pond = [first, await listenAt(ADDRESSES.localhost, port)]
  const shop = await listenAt(ADDRESSES.shop, port, (request, response) => {
    if (request.url?.endsWith('/go')) {
      response.writeHead(302, { location: `http://${ADDRESSES.pond}:${port}/` })
    }
    response.end('shop\n')
  })
  const router = await listenAt(ADDRESSES.router, port, (request, response) => {
    routed += isForPond(hostOf(request), request.url ?? '/') ? 1 : 0
    if (request.url?.endsWith('/go')) {
      response.writeHead(302, { location: `http://${ADDRESSES.pond}:${port}/` })
    }
    response.end('routed\n')
  })
  dns = await startDnsServer({
    'web.shop.svc.cluster.local': { A: [ADDRESSES.shop] },
    'web.shop.svc.pond.example': { A: [ADDRESSES.pond] },
    localhost: { A: [ADDRESSES.localhost] },
  })
  const liar = await startDnsServer({ 'web.shop.svc.cluster.local': { A: [ADDRESSES.pond] } })
  api = await startTestPortolan(
    { PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN, PORTOLAN_DNS_SERVERS: dns.server },
    { clusterSource: cluster.source },
  )
  liarServer = liar.server
  open = [...pond, shop, router, dns, liar, api]
  admin = callAs(api, ADMIN)
  tenant = callAs(api, await makeToken(api, { namespaces: ['shop'] }))
})
let liarServer = ''
afterAll(() => Promise.all(open.map((each) => each.close())))

const runnable = by('cluster', { node: () => true, workers: ({ nodeOnly }: Attempt) => nodeOnly === undefined })

async function make({ live, send }: Attempt, call: Call): Promise<{ status: number; reached: number }> {
  const { own, pond: theirs } = objectsFor(port)
  cluster.set(live ?? [...own, ...theirs])
  const before = reached()
  const { status } = await send(call, async (path, init) => {
    const answer = await admin(path, init)
    return answer
  })
  return { status, reached: reached() - before }
}

describe('the pod of another tenant', () => {
  it('is reached by each attempt of whoever reaches everything, and by none of a tenant', async () => {
    const attempts = attemptsAt(port, liarServer).filter(runnable)
    const held: string[] = []
    for (const attempt of attempts) {
      // What an admin makes beforehand is an admin's: it is counted apart.
      const control = await make(attempt, admin)
      expect
        .soft([attempt.name, control])
        .toEqual([attempt.name, { status: control.status, reached: expect.toSatisfy((n: number) => n > 0) }])
      const made = await make(attempt, tenant)
      // It is known, and refused, or its paths are skipped
      expect.soft([attempt.name, [200, 403, 422]]).toEqual([attempt.name, expect.arrayContaining([made.status])])
      const ofAdmin = attempt.name === "an admin's job with manifests, compared" ? made.reached : 0
      expect.soft([attempt.name, made]).toEqual([attempt.name, { status: made.status, reached: ofAdmin }])
      held.push(`${made.status} ${attempt.name}`)
    }
    console.info(
      `${held.length} attempts to reach another tenant's pod: each control got there, none of the tenant's did`,
    )
    expect(held.length).toBeGreaterThanOrEqual(by('cluster', { node: 50, workers: 30 }))
  })
})

describeLive('the pod of the tenant itself', () => {
  it('is reached all the same, by the addresses that the cluster gave it', async () => {
    cluster.set(objectsFor(port).own)
    const job = await readJob(tenant('/v1/jobs?namespace=shop&service=web&wait=20', { method: 'POST' }))
    const dialled = job.paths.filter(({ kind }) => kind === 'ClusterIP' || kind === 'Endpoint')
    expect(dialled.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(['ClusterIP pass', 'Endpoint pass'])
  })
})
