import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { openPage } from '../support/html.ts'
import { RUNTIME } from '../support/portolan.ts'
import { readBatch, readJob } from '../support/read.ts'
import { startTwoDays, type TwoDays } from '../support/two-days.ts'

let made: TwoDays
let jobId: string
let batchId: string
const manifests = ['good', 'bad'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'batch' },
  spec: { clusterIP: '127.0.0.1', clusterIPs: ['127.0.0.1'], ports: [{ port: 1 }] },
}))

beforeAll(async () => {
  made = await startTwoDays()
  const [manifest] = manifests
  const paths = { include: ['ClusterIP'] }
  jobId = (
    await readJob(
      made.api.call('/v1/jobs?wait=20', { json: { target: { manifests: [manifest], service: 'good' }, paths } }),
    )
  ).id
  batchId = (
    await readBatch(
      made.api.call('/v1/batches?wait=20', { json: { target: { manifests, namespace: 'batch' }, paths } }),
    )
  ).id
})
afterAll(() => made.close())

const open = (path: string, init?: RequestInit) => openPage(made.api, path, init)

/** fetch says of itself what a browser would not: here all fields are those of the test. */
async function answerTo(path: string, headers: Record<string, string>) {
  const token = RUNTIME === 'workers' && (await import('../support/portolan-on-workers.ts')).WORKERS_TOKEN
  const request = get(made.api.url + path, {
    headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
  })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  return { status: response.statusCode, headers: response.headers }
}

const CHROME =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7'
const HTML = 'text/html; charset=utf-8'
const JSON_TYPE = 'application/json'

/** What each sends when it opens an address, as far as it says what it takes. */
const CLIENTS: readonly [string, Record<string, string>, string][] = [
  ['Chrome', { accept: CHROME }, HTML],
  ['Firefox', { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }, HTML],
  ['Safari', { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }, HTML],
  ['Lynx', { accept: 'text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01' }, HTML],
  ['w3m', { accept: 'text/html, text/*;q=0.5, image/*, application/*, audio/*, */*' }, HTML],
  ['curl', { accept: '*/*' }, JSON_TYPE],
  ['wget', { accept: '*/*' }, JSON_TYPE],
  ['fetch', { accept: '*/*' }, JSON_TYPE],
  ['Python requests', { accept: '*/*' }, JSON_TYPE],
  ['axios', { accept: 'application/json, text/plain, */*' }, JSON_TYPE],
  [
    'Prometheus',
    { accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1' },
    'text/plain; charset=utf-8',
  ],
  ['text/*', { accept: 'text/*' }, 'text/plain; charset=utf-8'],
  ['JSON rather than HTML', { accept: 'text/html;q=0.9, application/json' }, JSON_TYPE],
  ['HTML ruled out', { accept: 'text/html;q=0, */*' }, JSON_TYPE],
]

describe('a report is a page for who names text/html by a range of its own', () => {
  it.each(CLIENTS)('%s', async (_name, headers, type) => {
    for (const path of ['/v1/report', '/v1/services/default/toad-svc/report', `/v1/jobs/${jobId}/report`]) {
      const response = await made.api.call(path, { headers })
      expect([path, response.status, response.headers.get('content-type')]).toEqual([path, 200, type])
      expect(response.headers.get('vary')).toBe('Accept, Cookie')
    }
  })

  it('by format=html whatever is accepted, and by another format none, whatever is accepted', async () => {
    for (const path of [`/v1/batches/${batchId}/report`, '/v1/report', `/v1/jobs/${jobId}/report`]) {
      const html = await made.api.call(`${path}?format=html`, { headers: { accept: '*/*' } })
      expect([html.status, html.headers.get('content-type')]).toEqual([200, HTML])
      const junit = await made.api.call(`${path}?format=junit`, { headers: { accept: CHROME } })
      expect([junit.status, junit.headers.get('content-type')]).toEqual([200, 'application/xml; charset=utf-8'])
    }
  })

  it('and what has no page is a format of no route', async () => {
    expect((await made.api.call(`/v1/jobs/${jobId}?format=html`)).status).toBe(400)
    const { status, text } = await open('/v1/report?format=pdf')
    expect([status, text]).toEqual([400, expect.stringContaining('?format')])
  })

  it('is never taken for another representation: each has a tag of its own', async () => {
    const path = `/v1/jobs/${jobId}/report`
    const ask = (headers: Record<string, string>) => made.api.call(path, { headers })
    const [html, json] = await Promise.all([ask({ accept: CHROME }), ask({ accept: '*/*' })])
    const [ofHtml, ofJson] = [html, json].map(({ headers }) => String(headers.get('etag')))
    expect(ofHtml).not.toBe(ofJson)
    const status = async (accept: string, tag = '') => (await ask({ accept, 'if-none-match': tag })).status
    // On Workers somebody has logged in, and no page of theirs is kept.
    const [known, kept] = by('authentication', { node: [304, 'private, no-cache'], workers: [200, 'no-store'] })
    expect(html.headers.get('cache-control')).toBe(kept)
    expect([await status(CHROME, ofHtml), await status('*/*', ofJson)]).toEqual([known, 304])
    expect([await status(CHROME, ofJson), await status('*/*', ofHtml)]).toEqual([200, 200])
  })

  it('is answered 424 where that was asked for', async () => {
    const { status, text } = await open('/v1/report?failStatus=424&window=49h')
    expect([status, text]).toEqual([424, expect.stringContaining('✕ Fail')])
    expect((await open('/v1/report?failStatus=500')).status).toBe(400)
  })
})

describe('a resource of the API that is opened in a browser', () => {
  it('leads to its page, over https and over plain http', async () => {
    for (const opened of [{ 'sec-fetch-mode': 'navigate' }, { 'upgrade-insecure-requests': '1' }]) {
      for (const [api, location] of [
        [`/v1/jobs/${jobId}`, `/jobs/${jobId}`],
        [`/v1/batches/${batchId}`, `/batches/${batchId}`],
      ] as const) {
        expect(await answerTo(api, { accept: CHROME, ...opened })).toMatchObject({
          status: 303,
          headers: { location, 'cache-control': 'no-store', vary: 'Accept, Cookie' },
        })
      }
    }
  })

  it('is the document for everybody else, Java too, which names text/html by itself', async () => {
    for (const headers of [
      { accept: 'text/html, image/gif, image/jpeg, */*; q=0.2' },
      { accept: CHROME, 'sec-fetch-mode': 'cors' },
      { accept: '*/*' },
    ]) {
      const response = await made.api.call(`/v1/jobs/${jobId}`, { headers })
      expect([response.status, response.headers.get('content-type')]).toEqual([200, JSON_TYPE])
      expect(response.headers.get('vary')).toBe('Accept, Cookie')
    }
    expect(
      await answerTo(`/v1/jobs/${jobId}?format=json`, { accept: CHROME, 'sec-fetch-mode': 'navigate' }),
    ).toMatchObject({ status: 200, headers: { 'content-type': JSON_TYPE } })
  })
})

describe('/report', () => {
  it('says of each Service over a window what the API says', async () => {
    const report = await made.history.overall('?window=49h')
    const { status, text, html } = await open('/report?window=49h&cluster=&objective=')
    expect(status).toBe(200)
    expect(text).toContain(`✕ Fail ${report.services.length} Services`)
    for (const { target } of report.services) {
      expect(html).toContain(
        `<a href="/services/${target.cluster}/${target.namespace}/${target.service}">${target.namespace}/${target.service}</a>`,
      )
    }
    expect(html).toContain('href="/report?window=7d"')
    expect(html).toMatch(/href="\/v1\/report\?from=[^"]+&amp;to=[^"]+&amp;format=junit"/)
  })

  it('says beside a field what the API says of it', async () => {
    const { status, html } = await open('/report?window=soon&objective=2')
    expect(status).toBe(400)
    expect(html).toMatch(/id="window-error">found &quot;soon&quot;: expected a duration/)
    expect(html).toMatch(/id="objective-error">/)
    expect(html).toMatch(/<input id="window"[^>]*value="soon"/)
  })
})

describe('the report of a Service', () => {
  it('tells its paths, its incidents and what is wrong now', async () => {
    const { status, text } = await open('/v1/services/default/down/report?window=49h')
    expect(status).toBe(200)
    expect(text).toMatch(/✕ Fail default\/down 0 % available, \d+ failed/)
    expect(text).toContain('ClusterIP ✕ Fail http 127.0.0.1:1 0 %')
    expect(text).toContain('Incidents open since')
    const [finding] = (await made.history.service('default/down')).diagnosis?.findings ?? []
    expect(text).toContain(finding?.fix)
  })

  it('has none of a Service that was never tested', async () => {
    expect((await open('/v1/services/default/nobody/report')).status).toBe(404)
  })
})

describe('the report of a batch', () => {
  it('has a line for each Service, and the whole job of each that does not work', async () => {
    const { text, html } = await open(`/v1/batches/${batchId}/report`)
    expect(text).toContain('✕ Fail Batch of 2 Services 2 of 2 done: 2 fail.')
    expect([...html.matchAll(/<section class="service" aria-label="([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'batch/bad',
      'batch/good',
    ])
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids.length).toBe(new Set(ids).size)
    const page = await open(`/batches/${batchId}`)
    expect(page.text).toContain('batch/bad ✕ Fail 0 1 0 2')
    expect(page.html).not.toContain('class="service"')
  })
})
