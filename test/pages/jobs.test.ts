import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage } from '../support/html.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readBatch, readJob } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
/** Answers are held back until released, so that a job runs for as long as a test wants. */
let slow: Pod
const released = Promise.withResolvers<void>()

beforeAll(async () => {
  ;[api, pod, slow] = await Promise.all([
    startTestPortolan(),
    startPod('toad-xueq1'),
    startPod('slow', '127.0.0.1', async (_request, response) => {
      await released.promise
      response.end('late')
    }),
  ])
})
afterAll(async () => {
  released.resolve()
  await Promise.all([api.close(), pod.close(), slow.close()])
})

const open = (path: string, init?: RequestInit) => openPage(api, path, init)
const only = { paths: { include: ['ClusterIP'] } }
const job = (port: number, extra: Record<string, unknown> = {}) => ({
  target: { manifests: [toadService(port), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } }] },
  ...only,
  ...extra,
})
const ended = (port: number, extra: Record<string, unknown> = {}) =>
  readJob(api.call('/v1/jobs?wait=20', { json: job(port, extra) }))

describe('the page of a job that has ended', () => {
  it('says how it ended, why, what to change, what was seen, and what else there is to know', async () => {
    const document = await ended(1, { labels: { pr: '12' } })
    const { status, text, html } = await open(`/jobs/${document.id}`)
    expect(status).toBe(200)
    expect(text).toContain('✕ Fail Job of default/toad-svc 1 of 1 checks that were made failed. 1 failed')
    expect(text).toContain('Labels pr=12')
    const [finding] = document.diagnosis.findings
    for (const said of [finding?.title, finding?.fix, finding?.confirm]) {
      expect(text).toContain(said)
    }
    expect(text).toMatch(
      /ClusterIP ✕ Fail http 127\.0\.0\.1:1 [\d.]+ ms connection_refused the connection was refused \(ECONNREFUSED\)/,
    )
    expect(text).toContain(`path ${document.paths.find(({ kind }) => kind === 'ClusterIP')?.id}`)
    expect(html).toContain('href="/docs/failures/connection_refused"')
    expect(text).toContain('What does not apply')
    expect(text).toContain('ConfigMap/settings: kind is not read')
    expect(text).toContain('They came with the request.')
    expect(html).not.toContain('job.js')
  })

  it('links to every format of its report', async () => {
    const { id } = await ended(pod.port)
    const { html } = await open(`/jobs/${id}`)
    const links = [...html.matchAll(/href="(\/v1\/jobs\/[^"]+)"(?: download="([^"]+)")?/g)]
    expect(links.map(([, , file]) => file)).toEqual([
      undefined,
      'portolan-default-toad-svc.md',
      'portolan-default-toad-svc.junit.xml',
      'portolan-default-toad-svc.csv',
      'portolan-default-toad-svc.tap',
      'portolan-default-toad-svc.json',
    ])
    for (const [, href = ''] of links) {
      expect((await api.call(href)).status, href).toBe(200)
    }
  })

  it('tells what was expected of all paths and is not met', async () => {
    const { id } = await ended(pod.port, { expect: { reachable: [{ kind: 'Ingress' }] } })
    const { text } = await open(`/jobs/${id}`)
    expect(text).toContain('✕ Fail')
    expect(text).toContain('Each path by itself is fine, but not what the job expects of all of them.')
    expect(text).toContain('a selector of expect.reachable has no passing path ( expect.reachable )')
  })

  it('tells what could not be done as a fault of no target', async () => {
    const unlike = { ...toadService(1), metadata: { name: 'twin', namespace: 'default' } }
    const json = {
      target: { manifests: [{ ...unlike, spec: { ports: [{ name: 'db', port: 5432 }] } }], namespace: 'default' },
      checks: [{ name: 'home', type: 'http', port: 'http' }],
    }
    const batch = await readBatch(api.call('/v1/batches?wait=20', { json }))
    const { text } = await open(`/jobs/${batch.jobs[0]?.id}`)
    expect(text).toContain(
      '! Error Job of default/twin This job could not be done. That says nothing about the Service.',
    )
    expect(text).toContain(`422 impossible_request`)
    expect(text).not.toContain('Diagnosis')
    const page = await open(`/batches/${batch.id}`)
    expect(page.text).toContain('! Error Batch of 1 Service 1 of 1 done: 1 error.')
    expect(page.text).toContain('default/twin ! Error 0 0 0 0')
  })

  it('lets nothing of a target or a request become markup', async () => {
    const evil = '"><img src=x onerror=alert(1)>\u202e'
    const hostile = await startPod('hostile', '127.0.0.1', (_request, response) => {
      response.writeHead(500, { server: '<script>alert(1)</script>' }).end(evil)
    })
    try {
      const { id } = await ended(hostile.port, { labels: { note: '<b>"x\'' } })
      for (const path of [`/jobs/${id}`, `/v1/jobs/${id}/report`, '/jobs?service=%22%3E%3Cimg%20src%3Dx%3E']) {
        const { html } = await open(path)
        expect(html).not.toMatch(/<img|<script>|<b>/)
        expect(html).not.toContain('\u202e')
        expect(html).toContain('&lt;img src=x')
      }
    } finally {
      await hostile.close()
    }
  })

  it('has no job that is not there', async () => {
    const { status, text } = await open('/jobs/job_01KAXW0000000000000000000B')
    expect([status, text]).toEqual([404, expect.stringContaining('There is no job job_01KAXW0000000000000000000B.')])
  })
})

describe('the page of a job that runs', () => {
  it('says how far it is, is kept current by a script, and can be cancelled', async () => {
    const { id } = await readJob(api.call('/v1/jobs', { json: job(slow.port, { timeoutMs: 60_000 }) }))
    const { text, html } = await open(`/jobs/${id}`)
    expect(text).toMatch(/… (Queued|Running) Job of default\/toad-svc/)
    expect(text).toContain('Refresh')
    expect(html).toContain(`data-events="/v1/jobs/${id}/events"`)
    expect(html).toMatch(/<script type="module" src="\/assets\/job\.js\?v=\w+"/)
    expect(html).toContain(`<form method="post" action="/jobs/${id}/cancel">`)
    const cancelled = await open(`/jobs/${id}/cancel`, { method: 'POST', headers: { origin: api.url } })
    expect([cancelled.status, cancelled.headers.get('location')]).toEqual([303, `/jobs/${id}`])
    // A second time it has ended, which the page shows.
    expect((await open(`/jobs/${id}/cancel`, { method: 'POST', headers: { origin: api.url } })).status).toBe(303)
    const after = await open(`/jobs/${id}`)
    expect(after.text).toContain('– Cancelled Job of default/toad-svc It was cancelled: there is no verdict.')
    expect(after.html).not.toContain('<form method="post" action="/jobs/')
  })
})

describe('whose token may read jobs alone', () => {
  it('sees how a job is, live, and no way to cancel it', async () => {
    const admin = 'pt_the-admin-token-of-this-test'
    const guarded = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: admin, PORTOLAN_AUTH: 'tokens' })
    try {
      const authorization = `Bearer ${admin}`
      const json = { name: 'reader', scopes: ['jobs:read'] }
      const given = await guarded.call('/v1/tokens', { json, headers: { authorization } })
      const reader = { authorization: `Bearer ${((await given.json()) as { token: string }).token}` }
      const asked = job(slow.port, { timeoutMs: 60_000 })
      const { id } = await readJob(guarded.call('/v1/jobs', { json: asked, headers: { authorization } }))
      const { html, headers } = await openPage(guarded, `/jobs/${id}`, { headers: reader })
      expect(html).toContain('data-events=')
      expect(html).not.toContain(`/jobs/${id}/cancel`)
      expect(headers.get('cache-control')).toBe('no-store')
      const origin = guarded.url
      const refused = await openPage(guarded, `/jobs/${id}/cancel`, { method: 'POST', headers: { ...reader, origin } })
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('jobs:write')])
      const nobody = await openPage(guarded, `/jobs/${id}`, { headers: { authorization: '' } })
      expect([nobody.status, nobody.headers.get('location')]).toEqual([303, `/login?next=%2Fjobs%2F${id}`])
      await guarded.call(`/v1/jobs/${id}/cancel`, { method: 'POST', headers: { authorization } })
    } finally {
      await guarded.close()
    }
  })
})

describe('/jobs', () => {
  it('lists jobs, newest first, by page and by filter', async () => {
    const ids: string[] = []
    for (let at = 0; at < 3; at++) {
      ids.unshift((await ended(pod.port, { labels: { list: 'pages' } })).id)
    }
    const linked = (html: string) => [...html.matchAll(/<a href="\/jobs\/(job_\w+)"/g)].map(([, id]) => id)
    const first = await open('/jobs?label=list%3Dpages&limit=2&service=')
    expect(linked(first.html)).toEqual(ids.slice(0, 2))
    const next = /<a href="([^"]+)">Next page/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await open(next)
    expect(linked(second.html)).toEqual(ids.slice(2))
    expect(second.text).toContain('First page')
    expect((await open('/jobs?label=list%3Dpages&verdict=fail')).text).toContain('No job is like that.')
  })

  it('says beside a field what the API says of it, and keeps what was typed', async () => {
    const { status, text, html } = await open('/jobs?from=yesterday&label=pages')
    expect(status).toBe(400)
    expect(text).toContain('That was not taken')
    expect(html).toMatch(/<p class="error" id="from-error">[^<]+/)
    expect(html).toMatch(/<input id="from"[^>]*value="yesterday"/)
    expect(html).toMatch(/<input id="label"[^>]*value="pages"/)
  })
})

describe('/batches', () => {
  it('says what a batch is where there is none', async () => {
    const fresh = await startTestPortolan()
    try {
      const { status, text, html } = await openPage(fresh, '/batches')
      expect([status, text]).toEqual([200, expect.stringContaining('There is no batch yet. A batch checks many')])
      expect(html).toContain('<a href="/docs/guides/batches">')
    } finally {
      await fresh.close()
    }
  })

  it('lists batches, newest first, by page, with what each selects and how it ended', async () => {
    const asked = (selector: Record<string, string>) => ({
      ...only,
      ...{ target: { manifests: [toadService(pod.port)], namespace: 'default', selector }, labels: { pr: '12' } },
    })
    const made = await readBatch(api.call('/v1/batches?wait=20', { json: asked({}) }))
    const all = await open('/batches')
    expect(all.html).toContain(`<a href="/batches/${made.id}">`)
    expect(all.text).toMatch(/UTC ✓ Pass 1 of 1 done: 1 pass default every Service default pr=12/)
    expect(all.html).toContain('<a href="/batches" aria-current="true">Batches</a>')
    expect((await open('/jobs')).html).toContain('<a href="/batches">Batches</a>')
    for (let at = 0; at < 25; at++) {
      await readBatch(api.call('/v1/batches', { json: asked({}) }))
    }
    const first = await open('/batches')
    const next = /<a href="([^"]+)">Next page/.exec(first.html)?.[1] ?? ''
    const second = await open(next)
    expect([first.html.includes(made.id), second.html.includes(made.id)]).toEqual([false, true])
    expect(second.html).toContain('<a href="/batches">First page')
  })
})
