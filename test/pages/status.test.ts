import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage } from '../support/html.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { announce, patch, probe, publish, published } from '../support/status.ts'
import { ADMIN, type Call, callAs } from '../support/tenants.ts'
import { type Pod, startPod } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
let admin: Call
const CLOSED = 1

beforeAll(async () => {
  ;[api, pod] = await Promise.all([
    startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN }),
    startPod('toad'),
  ])
  admin = callAs(api, ADMIN)
  await probe(admin, 'fine', [pod.port])
  await probe(admin, 'partly', [pod.port, CLOSED])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const SERVICES = [published('fine', 'Checkout'), published('partly', 'Search'), published('never', 'Gift cards')]
const open = (path: string, headers: Record<string, string> = {}) =>
  openPage(api, path, { headers: { authorization: '', ...headers } })

describe('the page of a status page', () => {
  it('says in words how all is, how each Service is, and what has failed', async () => {
    const page = await publish(admin, { slug: 'pond', description: 'What we run', services: SERVICES })
    const said = await announce(admin, page, {
      title: 'Search is slow',
      services: ['Search'],
      body: 'We look\ninto it.',
    })
    await patch(admin, `/v1/status-pages/${page.id}/announcements/${said.id}`, {
      state: 'resolved',
      body: 'It is back.',
    })
    const { status, text, html, headers } = await open('/status/pond')
    expect(status).toBe(200)
    expect(text).toContain('! Degraded 1 of 3 services is degraded, and of 1 nothing is known now.')
    expect(text).toMatch(/Now Disruption of Search Ongoing \d{4}-\d\d-\d\d .*? UTC Some or all ways to Search fail\./)
    expect(text).toMatch(
      /Checkout ✓ Operational since .*? UTC 100 % of checks passed .*? Every check passed\. It was looked at on 1 of 90 days\./,
    )
    expect(text).toMatch(
      /Search ! Degraded since .*? 50 % of checks passed .*? One day with failures of Search \d{4}-\d\d-\d\d: 50 % of checks passed/,
    )
    expect(text).toContain('Gift cards ? Unknown Nothing is known of these 90 days.')
    expect(text).toMatch(
      /Past incidents \d{4}-\d\d-\d\d Search is slow Resolved .*? It is back\. Investigating .*? We look into it\./,
    )
    expect(html).toContain('<title>Pond Inc.: degraded</title>')
    expect(html).toContain('<meta name="description" content="What we run"/>')
    expect(html).toContain(`id="${said.id}"`)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect([headers.get('cache-control'), headers.get('vary'), headers.get('x-robots-tag')]).toEqual([
      ...['public, max-age=30', 'Accept', 'noindex'],
    ])
  })

  it('has nothing of this server around it, whoever looks', async () => {
    await publish(admin, { slug: 'alone', indexed: true, services: SERVICES })
    const [nobody, known] = [
      await open('/status/alone'),
      await open('/status/alone', { authorization: `Bearer ${ADMIN}` }),
    ]
    expect(known.html).toBe(nobody.html)
    expect(nobody.html).not.toMatch(/href="\/(?!status\/alone|assets\/)/)
    expect([nobody.html.includes('noindex'), nobody.headers.get('x-robots-tag')]).toEqual([false, null])
  })

  it('is known again by its tag, which is not that of the document', async () => {
    await publish(admin, { slug: 'tagged', services: SERVICES })
    const tag = (await open('/status/tagged')).headers.get('etag') ?? ''
    const again = await open('/status/tagged', { 'if-none-match': tag })
    expect([again.status, again.html, again.headers.get('etag')]).toEqual([304, '', tag])
    const json = await fetch(`${api.url}/status/tagged`, { headers: { accept: '*/*', 'if-none-match': tag } })
    expect([json.status, json.headers.get('content-type')]).toEqual([200, 'application/json'])
  })

  it('shows what people wrote as text', async () => {
    const hostile = '<img src=x onerror=alert(1)> "\'&'
    const page = await publish(admin, {
      ...{ slug: 'hostile', title: hostile, description: hostile },
      services: [published('partly', hostile)],
    })
    await announce(admin, page, { title: hostile, body: hostile, services: [hostile] })
    const { html, text } = await open('/status/hostile')
    expect(html).not.toContain('<img')
    expect(text.split('<img src=x onerror=alert(1)>').length).toBeGreaterThan(6)
  })

  it('that is not public leads to the login, as one that there is not does', async () => {
    await publish(admin, { slug: 'inside', public: false, services: SERVICES })
    const [inside, nothing] = [await open('/status/inside'), await open('/status/absent')]
    for (const { status, text, html } of [inside, nothing]) {
      expect([status, text.includes('Pond'), html.includes('Log in')]).toEqual([404, false, true])
      expect(html).toMatch(/href="\/login\?next=%2Fstatus%2F(inside|absent)"/)
    }
    const known = await open('/status/inside', { authorization: `Bearer ${ADMIN}` })
    expect([known.status, known.headers.get('cache-control'), known.headers.get('etag')]).toEqual([
      ...[200, 'no-store', null],
    ])
    expect(known.html).toContain('<meta name="robots" content="noindex"/>')
  })

  it('with 200 Services of 90 days is small', async () => {
    const services = Array.from({ length: 200 }, (_, i) => published(`s${i}`, `Service ${i}`))
    await publish(admin, { slug: 'large', services })
    const { status, html } = await open('/status/large')
    const zipped = new Response(new Blob([html]).stream().pipeThrough(new CompressionStream('gzip')))
    expect([status, (await zipped.arrayBuffer()).byteLength < 60_000]).toEqual([200, true])
  })
})
