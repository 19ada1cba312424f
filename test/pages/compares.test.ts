import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CompareDocument } from '../../src/report/compare/document.ts'
import { at, HOST, ingress, service } from '../support/compare.ts'
import { openPage } from '../support/html.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read } from '../support/read.ts'
import { keeper, serveHttp } from '../support/servers.ts'

const { keep, closeAll } = keeper()
let api: TestPortolan
beforeAll(async () => {
  api = await keep(startTestPortolan())
})
afterAll(closeAll)

/** A router of one side: it answers a page, and 404 by itself to hosts that it does not know. */
const router =
  (headers: Record<string, string>, answered: Promise<void>): RequestListener =>
  async (request, response) => {
    await answered
    if (request.headers.host === HOST) {
      response.writeHead(200, { 'content-type': 'text/html', ...headers }).end('<h1>shop</h1>')
    } else {
      response.writeHead(404).end('no route')
    }
  }

async function compared(query: string, answered: Promise<void> = Promise.resolve()): Promise<CompareDocument> {
  const [old, next] = [
    await keep(serveHttp(router({ 'x-frame-options': '<img src=x onerror=alert(1)>' }, answered))),
    await keep(serveHttp(router({}, answered))),
  ]
  const answer = await api.call(`/v1/compare?${query}`, {
    json: {
      target: { manifests: [service, ingress('old', ['/', '/cart']), ingress('new', ['/', '/cart'])] },
      left: { kind: 'Ingress', name: 'old', addresses: at(old) },
      right: { kind: 'Ingress', name: 'new', addresses: at(next) },
    },
  })
  return read<CompareDocument>(answer)
}

describe('the page of a comparison', () => {
  it('says of both sides what they are, what differs, what that means, and how to ask again', async () => {
    const { id, requests } = await compared('wait=20')
    const { status, text, html } = await openPage(api, `/compares/${id}`)
    expect(status).toBe(200)
    expect(text).toContain('✕ Fail Comparison of two ways in The sides answer differently. 2 requests: 2 different.')
    expect(text).toContain('Left Ingress/old (pond) Right Ingress/new (pond)')
    const [request] = requests
    const [difference] = request?.differences ?? []
    expect(text).toContain(`GET http://${HOST}/`)
    expect(text).toContain('header x-frame-options <img src=x onerror=alert(1)> absent')
    expect(html).not.toContain('<img')
    expect(text).toContain(`${difference?.means} ${difference?.next}`)
    expect(text).toContain(String(request?.left.curl))
    expect(html).not.toContain('job.js')
  })

  it('is the report as well, and the page to which the resource leads', async () => {
    const { id } = await compared('wait=20')
    const report = await openPage(api, `/v1/compares/${id}/report`)
    expect([report.status, report.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const led = await openPage(api, `/v1/compares/${id}`, { headers: { 'upgrade-insecure-requests': '1' } })
    expect([led.status, led.headers.get('location')]).toEqual([303, `/compares/${id}`])
  })

  it('is looked at again while it runs, and can be cancelled', async () => {
    const answered = Promise.withResolvers<void>()
    const { id } = await compared('wait=0', answered.promise)
    const { html, text } = await openPage(api, `/compares/${id}`)
    expect(text).toMatch(/… (Queued|Running) Comparison of two ways in There is no verdict yet\. 2 requests/)
    expect(html).toContain('data-polled')
    expect(html).toContain(`action="/compares/${id}/cancel"`)
    const cancelled = await openPage(api, `/compares/${id}/cancel`, { method: 'POST', headers: { origin: api.url } })
    expect([cancelled.status, cancelled.headers.get('location')]).toEqual([303, `/compares/${id}`])
    answered.resolve()
    expect((await openPage(api, `/compares/${id}`)).text).toContain('– Cancelled Comparison of two ways in')
  })
})
