import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createManualClock } from '../support/manual-clock.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readProblem } from '../support/read.ts'
import { type Announced, announce, look, type Page, patch, probe, publish, published } from '../support/status.ts'
import { ADMIN, type Call, callAs, makeToken } from '../support/tenants.ts'
import { type Pod, startPod } from '../support/toad.ts'

const NOW = Date.UTC(2026, 10, 30, 12)
/** Half a minute, and what clocks of two processes may differ by. */
const FRESH_MS = 31_000
const DAY_MS = 86_400_000
/** Nothing listens there, as no port of it is ever given out. */
const CLOSED = 1

const clock = createManualClock(NOW)
let api: TestPortolan
let pod: Pod
let admin: Call
const anybody: Call = (path, init) => api.call(path, { ...init, headers: { ...NOBODY, ...init?.headers } })
/** Whatever is sent by default on Workers. */
const NOBODY = { authorization: '' }

beforeAll(async () => {
  ;[api, pod] = await Promise.all([
    startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN }, { clock }),
    startPod('toad'),
  ])
  admin = callAs(api, ADMIN)
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const ONE = [published('toad', 'Checkout')]

describe('/v1/status-pages', () => {
  it('makes a page with an address that nobody can guess, which nobody sees who is not known', async () => {
    const response = await admin('/v1/status-pages', { json: { title: ' Pond Inc. ', services: ONE } })
    const made = await read<Page>(response)
    expect([response.status, response.headers.get('location'), response.headers.get('etag')]).toEqual([
      ...[201, `/v1/status-pages/${made.id}`, '"1"'],
    ])
    expect(made).toEqual({
      ...{ id: expect.stringMatching(/^stp_[0-9A-Z]{26}$/), slug: expect.stringMatching(/^[0-9a-z]{26}$/) },
      ...{ path: `/status/${made.slug}`, title: 'Pond Inc.', description: null, public: false, indexed: false },
      services: [{ cluster: 'default', namespace: 'pond', name: 'toad', title: 'Checkout' }],
      ...{ createdAt: expect.any(String), createdBy: 'admin', updatedAt: made.createdAt },
    })
    expect(await read(admin(`/v1/status-pages/${made.id}`))).toEqual(made)
    clock.advance(1000)
    const other = await publish(admin, { services: ONE })
    expect(other.slug).not.toBe(made.slug)
    const pages = await read<{ items: Page[]; nextCursor: string }>(admin('/v1/status-pages?limit=1'))
    expect(pages.items).toEqual([other])
    const rest = await read<{ items: Page[] }>(admin(`/v1/status-pages?cursor=${pages.nextCursor}`))
    expect(rest.items).toContainEqual(made)
  })

  it('takes an address once, and says what to do about it', async () => {
    const first = await publish(admin, { slug: 'pond', services: ONE })
    const other = await publish(admin, { slug: 'pond-2', services: ONE })
    const asked = [
      admin('/v1/status-pages', { json: { title: 'Other', slug: 'pond', services: ONE } }),
      patch(admin, `/v1/status-pages/${other.id}`, { slug: 'pond' }),
    ]
    for (const problem of await Promise.all(asked.map(readProblem))) {
      expect(problem).toMatchObject({
        ...{ status: 409, code: 'conflict', errors: [{ pointer: '/slug' }] },
        detail: 'Another status page has the slug "pond". Choose another, or give that one another.',
      })
    }
    // Its own is its own, and one that is free again can be taken
    expect((await patch(admin, `/v1/status-pages/${first.id}`, { slug: 'pond' })).status).toBe(200)
    expect((await patch(admin, `/v1/status-pages/${first.id}`, { slug: 'sea' })).status).toBe(200)
    expect((await patch(admin, `/v1/status-pages/${other.id}`, { slug: 'pond' })).status).toBe(200)
    expect([(await anybody('/status/sea')).status, (await anybody('/status/pond-2')).status]).toEqual([200, 404])
    const renewed = await read<Page>(patch(admin, `/v1/status-pages/${other.id}`, { slug: null }))
    expect(renewed.slug).toMatch(/^[0-9a-z]{26}$/)
  })

  it('changes the version that was read, and leaves what is not given', async () => {
    const made = await publish(admin, { slug: 'changes', description: 'All of it', services: ONE })
    const path = `/v1/status-pages/${made.id}`
    const change = (json: unknown, tag?: string) =>
      admin(path, { method: 'PATCH', json, ...(tag !== undefined && { headers: { 'if-match': tag } }) })
    expect((await readProblem(change({ title: 'A' }))).status).toBe(428)
    expect((await readProblem(change({ title: 'A' }, '"7"'))).status).toBe(412)
    expect((await readProblem(change({}, '"1"'))).status).toBe(400)
    const changed = await change({ title: 'A', public: false }, '"1"')
    expect([changed.status, changed.headers.get('etag'), await read(changed)]).toMatchObject([
      ...[200, '"2"', { title: 'A', public: false, description: 'All of it', slug: 'changes' }],
    ])
    // What changes nothing is no change
    expect((await change({ title: 'A' }, '"2"')).headers.get('etag')).toBe('"2"')
    expect((await anybody('/status/changes')).status).toBe(404)
    expect((await admin(path, { method: 'DELETE', headers: { 'if-match': '"1"' } })).status).toBe(412)
    expect((await admin(path, { method: 'DELETE' })).status).toBe(204)
    expect((await readProblem(admin(path))).status).toBe(404)
    expect((await admin(path, { method: 'DELETE' })).status).toBe(404)
  })

  it('makes no second page for an Idempotency-Key', async () => {
    const make = () =>
      admin('/v1/status-pages', {
        json: { title: 'Once', slug: 'once', services: ONE },
        headers: { 'idempotency-key': 'once' },
      })
    const [first, again] = [await make(), await make()]
    expect([again.status, again.headers.get('idempotent-replayed'), await read(again)]).toEqual([
      ...[201, 'true', await read(first)],
    ])
  })

  it.each([
    ['no Service', { services: [] }, 400, '/services'],
    ['no title', { title: ' ' }, 400, '/title'],
    ['no title for others', { services: [{ namespace: 'pond', name: 'toad' }] }, 400, '/services/0/title'],
    ['one title twice', { services: [...ONE, published('frog', 'Checkout')] }, 400, '/services'],
    ['one Service twice', { services: [...ONE, published('toad', 'Payments')] }, 422, '/services/1'],
    [
      'more than 200',
      { services: Array.from({ length: 201 }, (_, i) => published(`s${i}`, `${i}`)) },
      400,
      '/services',
    ],
    ['an address with a slash', { slug: 'a/b' }, 400, '/slug'],
    ['an address with an upper-case letter', { slug: 'Pond' }, 400, '/slug'],
    ['an address with a dot', { slug: 'pond.json' }, 400, '/slug'],
    ['control characters', { title: 'a\u0007' }, 400, '/title'],
    ['a property that there is not', { owner: 'me' }, 400, '/owner'],
  ])('refuses what does not fit: %s', async (_why, over, status, pointer) => {
    const problem = await readProblem(admin('/v1/status-pages', { json: { title: 'Pond', services: ONE, ...over } }))
    expect([problem.status, problem.errors.map((error) => error.pointer)]).toEqual([status, [pointer]])
  })

  it('is for admins who reach everything alone: a page may tell of any Service', async () => {
    const made = await publish(admin, { slug: 'admins', services: ONE })
    const { id } = await announce(admin, made, {})
    const paths = ['', `/${made.id}`, `/${made.id}/announcements`, `/${made.id}/announcements/${id}`]
    const tokens = [
      await makeToken(api, { scopes: ['admin'], namespaces: ['pond'] }),
      await makeToken(api, { scopes: ['admin'], clusters: ['default'] }),
      await makeToken(api, {}),
    ]
    for (const token of tokens) {
      const call = callAs(api, token)
      const make = call('/v1/status-pages', { json: { title: 'Pond', services: ONE } })
      const asked = [make, ...paths.map((path) => call(`/v1/status-pages${path}`))]
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(asked.map(() => 403))
    }
  })

  it('tells the audit log who changed what', async () => {
    const made = await publish(admin, { slug: 'audited', services: ONE })
    clock.advance(1000)
    await patch(admin, `/v1/status-pages/${made.id}`, { title: 'Sea Inc.' })
    const said = await announce(admin, made, { body: 'We look into it.' })
    clock.advance(1000)
    await patch(admin, `/v1/status-pages/${made.id}/announcements/${said.id}`, { state: 'resolved' })
    clock.advance(1000)
    await admin(`/v1/status-pages/${made.id}/announcements/${said.id}`, { method: 'DELETE' })
    await admin(`/v1/status-pages/${made.id}`, { method: 'DELETE' })
    type Entry = { action: string; before: object | null; after: object | null }
    const told = async (id: string) => (await read<{ items: Entry[] }>(admin(`/v1/audit?resource=${id}`))).items
    expect((await told(made.id)).map(({ action, before, after }) => [action, before, after])).toEqual([
      ['statuspage.deleted', { slug: 'audited', title: 'Sea Inc.', public: true }, null],
      ['statuspage.changed', { title: 'Pond Inc.' }, { title: 'Sea Inc.' }],
      ['statuspage.created', null, expect.objectContaining({ slug: 'audited', public: true })],
    ])
    expect((await told(said.id)).map(({ action, before, after }) => [action, before, after])).toEqual([
      ['announcement.deleted', { title: 'Payments are slow', services: [] }, null],
      ['announcement.changed', { state: 'investigating', body: 'We look into it.' }, { state: 'resolved', body: '' }],
      ['announcement.created', null, expect.objectContaining({ body: 'We look into it.' })],
    ])
  })
})

describe('/v1/status-pages/{id}/announcements', () => {
  it('tells how an incident goes on, in words of its own', async () => {
    const page = await publish(admin, { slug: 'told', services: ONE })
    const made = await announce(admin, page, {
      ...{ body: 'Some payments\nare slow.', services: ['Checkout'], startedAt: '2026-11-30T11:00:00+01:00' },
    })
    const path = `/v1/status-pages/${page.id}/announcements`
    expect(made).toMatchObject({
      ...{ id: expect.stringMatching(/^ann_/), state: 'investigating', startedAt: '2026-11-30T10:00:00.000Z' },
      ...{
        resolvedAt: null,
        services: ['Checkout'],
        updates: [{ state: 'investigating', body: 'Some payments\nare slow.' }],
      },
    })
    const goOn = (json: unknown) => read<Announced>(patch(admin, `${path}/${made.id}`, json))
    expect((await goOn({ state: 'identified', body: 'A disk was full.' })).updates).toHaveLength(2)
    // The words change, and nothing is told anew
    expect((await goOn({ title: 'Payments were slow' })).updates).toHaveLength(2)
    clock.advance(60_000)
    const resolved = await goOn({ state: 'resolved' })
    expect([resolved.state, resolved.resolvedAt, resolved.updates.at(-1)]).toEqual([
      ...['resolved', resolved.updates.at(-1)?.at, { at: expect.any(String), state: 'resolved', body: '' }],
    ])
    const { incidents } = await look(anybody, 'told')
    expect(incidents).toEqual([
      {
        ...{ id: made.id, source: 'announced', title: 'Payments were slow', state: 'resolved', services: ['Checkout'] },
        ...{ startedAt: made.startedAt, endedAt: resolved.resolvedAt, updatedAt: resolved.updatedAt },
        updates: [
          { at: resolved.resolvedAt, state: 'resolved', text: '' },
          { at: expect.any(String), state: 'identified', text: 'A disk was full.' },
          { at: expect.any(String), state: 'investigating', text: 'Some payments\nare slow.' },
        ],
      },
    ])
    expect((await goOn({ body: 'It is back.', state: 'monitoring' })).resolvedAt).toBeNull()
    await admin(`${path}/${made.id}`, { method: 'DELETE' })
    expect((await look(anybody, 'told')).incidents).toEqual([])
    expect((await readProblem(admin(`${path}/${made.id}`))).status).toBe(404)
  })

  it('are those of their page, by when they began', async () => {
    const [page, other] = [await publish(admin, { services: ONE }), await publish(admin, { services: ONE })]
    const late = await announce(admin, page, { title: 'Late', startedAt: '2026-11-29T00:00:00Z' })
    const early = await announce(admin, page, { title: 'Early', startedAt: '2026-11-28T00:00:00Z' })
    const path = `/v1/status-pages/${page.id}/announcements`
    const first = await read<{ items: Announced[]; nextCursor: string }>(admin(`${path}?limit=1`))
    const second = await read<{ items: Announced[] }>(admin(`${path}?limit=1&cursor=${first.nextCursor}`))
    expect([first.items, second.items]).toEqual([[late], [early]])
    const elsewhere = `/v1/status-pages/${other.id}/announcements`
    expect(await read(admin(elsewhere))).toEqual({ items: [], nextCursor: null })
    expect((await admin(`${elsewhere}/${late.id}`)).status).toBe(404)
    expect((await patch(admin, `${elsewhere}/${late.id}`, { title: 'A' })).status).toBe(404)
    expect((await admin(`${elsewhere}/${late.id}`, { method: 'DELETE' })).status).toBe(404)
  })

  it.each([
    ['a Service that the page has not', { services: ['Toads'] }, 422, '/services/0'],
    ['what has not begun', { startedAt: '2027-01-01T00:00:00Z' }, 422, '/startedAt'],
    ['a state that there is not', { state: 'broken' }, 400, '/state'],
    ['words without end', { body: 'a'.repeat(2001) }, 400, '/body'],
  ])('refuses what does not fit: %s', async (_why, over, status, pointer) => {
    const page = await publish(admin, { services: ONE })
    const asked = admin(`/v1/status-pages/${page.id}/announcements`, { json: { title: 'Slow', ...over } })
    const problem = await readProblem(asked)
    expect([problem.status, problem.errors.map((error) => error.pointer)]).toEqual([status, [pointer]])
  })
})

describe('/status/{slug}', () => {
  it('tells of each Service whether all, some or no ways to it work, or that it is not known', async () => {
    await probe(admin, 'fine', [pod.port])
    await probe(admin, 'partly', [pod.port, CLOSED])
    await probe(admin, 'down', [CLOSED])
    const services = ['fine', 'partly', 'down', 'never'].map((name) => published(name, `The ${name}`))
    await publish(admin, { slug: 'states', description: 'What we run', services })
    const status = await look(anybody, 'states')
    const today = new Date(clock.now()).toISOString().slice(0, 10)
    expect(status).toMatchObject({
      ...{ title: 'Pond Inc.', description: 'What we run', state: 'degraded', incidentsLeftOut: false },
      summary: '1 of 4 services has an outage, 1 of 4 services is degraded, and of 1 nothing is known now',
      days: { from: '2026-09-02', to: today },
    })
    expect(
      status.services.map(({ title, state, availability, days }) => [
        title,
        state,
        availability,
        days.length,
        days.at(-1),
      ]),
    ).toEqual([
      ['The fine', 'operational', 1, 90, 1],
      ['The partly', 'degraded', 0.5, 90, 0.5],
      ['The down', 'outage', 0, 90, 0],
      ['The never', 'unknown', null, 90, null],
    ])
    expect(status.services.map(({ sinceAt, lastAt }) => [sinceAt === null, lastAt === null])).toEqual([
      ...[
        [false, false],
        [false, false],
        [false, false],
        [true, true],
      ],
    ])
    expect(
      status.incidents
        .map(({ source, title, state, services: about, endedAt, updates }) => ({
          source,
          title,
          state,
          about,
          endedAt,
          updates,
        }))
        .toSorted((a, b) => a.title.localeCompare(b.title)),
    ).toEqual(
      ['The down', 'The partly'].map((title) => ({
        ...{ source: 'measured', title: `Disruption of ${title}`, state: 'ongoing', about: [title], endedAt: null },
        updates: [{ at: expect.any(String), state: 'ongoing', text: `Some or all ways to ${title} fail.` }],
      })),
    )
    clock.advance(5000)
    await probe(admin, 'down', [pod.port])
    clock.advance(FRESH_MS)
    const mended = await look(anybody, 'states')
    expect(mended.services[2]?.state).toBe('operational')
    const was = status.incidents.find(({ title }) => title.endsWith('down'))
    expect(mended.incidents.find(({ id }) => id === was?.id)).toMatchObject({
      ...{ state: 'resolved', updates: [{ state: 'resolved', text: 'Every way to The down works again.' }, {}] },
    })
  })

  it('is unknown once nobody has looked for two days', async () => {
    await probe(admin, 'left', [pod.port])
    await publish(admin, { slug: 'left', services: [published('left', 'Left')] })
    expect(await look(anybody, 'left')).toMatchObject({ state: 'operational', summary: 'It is operational' })
    clock.advance(2 * DAY_MS + 1000)
    const status = await look(anybody, 'left')
    expect(status).toMatchObject({
      ...{ state: 'unknown', summary: 'Nothing is known of it now' },
      services: [{ state: 'unknown', sinceAt: null, availability: 1 }],
    })
  })

  it('is the same for half a minute, but for changes of the page itself', async () => {
    await probe(admin, 'kept', [pod.port])
    const page = await publish(admin, { slug: 'kept', services: [published('kept', 'Kept')] })
    expect((await look(anybody, 'kept')).state).toBe('operational')
    clock.advance(5000)
    await probe(admin, 'kept', [CLOSED])
    clock.advance(FRESH_MS - 11_000)
    expect((await look(anybody, 'kept')).state).toBe('operational')
    clock.advance(6000)
    expect((await look(anybody, 'kept')).state).toBe('outage')
    await patch(admin, `/v1/status-pages/${page.id}`, { title: 'Other' })
    expect((await look(anybody, 'kept')).title).toBe('Other')
  })

  it('may be kept by caches, and is known again by its tag', async () => {
    await publish(admin, { slug: 'tagged', services: ONE })
    for (const path of ['/status/tagged', ...REST.map((rest) => `/status/tagged${rest}`)]) {
      const response = await anybody(path)
      const tag = response.headers.get('etag') ?? ''
      expect([path, response.status, response.headers.get('cache-control'), tag]).toEqual([
        ...[path, 200, 'public, max-age=30', expect.stringMatching(/^W\/"[0-9A-Za-z]{26,32}"$/)],
      ])
      expect(response.headers.get('set-cookie')).toBeNull()
      const known = await anybody(path, { headers: { 'if-none-match': tag } })
      expect([path, known.status, known.headers.get('etag'), await known.text()]).toEqual([path, 304, tag, ''])
      const head = await fetch(api.url + path, { method: 'HEAD' })
      expect([path, head.status, head.headers.get('etag'), await head.text()]).toEqual([path, 200, tag, ''])
    }
    // Links that are shared gain parameters
    expect((await anybody('/status/tagged?utm_source=mail')).status).toBe(200)
    expect((await anybody('/status/tagged')).headers.get('vary')).toContain('Accept')
  })

  it('is for search engines only where that was chosen', async () => {
    await publish(admin, { slug: 'hidden', services: ONE })
    await publish(admin, { slug: 'listed', indexed: true, services: ONE })
    const robots = async (slug: string) => (await anybody(`/status/${slug}`)).headers.get('x-robots-tag')
    expect([await robots('hidden'), await robots('listed'), await robots('nothing')]).toEqual([
      ...['noindex', null, 'noindex'],
    ])
  })

  it('that is not public looks like one that there is not, in every form, to whoever is not known', async () => {
    await publish(admin, { slug: 'inside', public: false, indexed: true, services: ONE })
    const wrong = { authorization: 'Bearer pt_not-a-token-of-ours' }
    for (const rest of ['', ...REST]) {
      for (const headers of [{}, wrong, { accept: 'text/html' }]) {
        const [inside, nothing] = await Promise.all(
          ['inside', 'absent'].map(async (slug) => {
            // A page is in no document of the API
            const response = await fetch(`${api.url}/status/${slug}${rest}`, { headers })
            const own = /req_[0-9A-Z]{26}|RateLimit|date|[\w-]+ limit/g
            const fields = [...response.headers]
              .filter(([name]) => !/^(date|x-request-id|ratelimit.*)$/.test(name))
              .map(([name, value]) => `${name}: ${value.replaceAll(slug, 'SLUG')}`)
            const body = (await response.text()).replaceAll(slug, 'SLUG').replaceAll(own, '')
            return { status: response.status, fields, body }
          }),
        )
        expect(inside).toEqual(nothing)
        expect(inside?.status).toBe(404)
      }
    }
  })

  it('that is not public is shown to whoever is known, and kept by nobody', async () => {
    const page = await publish(admin, { slug: 'known', public: false, services: ONE })
    const known = callAs(api, await makeToken(api, { scopes: ['plan'], namespaces: ['elsewhere'] }))
    for (const rest of ['', ...REST]) {
      const response = await known(`/status/known${rest}`)
      expect([rest, response.status, response.headers.get('cache-control'), response.headers.get('etag')]).toEqual([
        ...[rest, 200, 'no-store', null],
      ])
      expect(response.headers.get('x-robots-tag')).toBe('noindex')
    }
    await admin(`/v1/status-pages/${page.id}`, { method: 'DELETE' })
    expect((await known('/status/known')).status).toBe(404)
  })

  it('has a badge', async () => {
    await publish(admin, { slug: 'badge', title: '<Pond> & Co', services: [published('never', 'A')] })
    const badge = await anybody('/status/badge/badge.svg')
    expect([badge.headers.get('content-type'), badge.headers.get('cross-origin-resource-policy')]).toEqual([
      ...['image/svg+xml', 'cross-origin'],
    ])
    expect(await badge.text()).toContain('aria-label="&lt;Pond&gt; &amp; Co: unknown"')
  })
})

const REST = ['/badge.svg', '/feed.rss', '/feed.atom']
