import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, sectionOf } from '../support/html.ts'
import { startTestPortolan } from '../support/portolan.ts'
import { readJob, readSchedule } from '../support/read.ts'
import { ADMIN, callAs, makeToken } from '../support/tenants.ts'
import { toadService } from '../support/toad.ts'
import { startTwoDays, type TwoDays } from '../support/two-days.ts'

let made: TwoDays
beforeAll(async () => {
  made = await startTwoDays()
})
afterAll(() => made.close())

const open = (path: string) => openPage(made.api, `/services/${path}`)

describe('the page of a Service that fails', () => {
  it('answers on its first screen: is it red, since when, where, why, what to change, is it fixed', async () => {
    const { status, text } = await open('default/default/down')
    expect(status).toBe(200)
    expect(text).toMatch(
      /default\/down in cluster default ✕ Fails since 2026-11-23 08:30:0\d UTC \((1 h|59 min \d+ s)\): the only path that was tested fails: ClusterIP http 127\.0\.0\.1:1\b/,
    )
    const service = await made.history.service('default/down')
    const [finding] = service.diagnosis?.findings ?? []
    expect(text).toContain(`Why ${finding?.title}`)
    expect(text).toContain(`What to change ${finding?.fix}`)
    expect(text).toMatch(
      /Is it fixed No: the last job , 2026-11-23 08:30:0\d UTC \(.*?\), which looked at .*? still failed\./,
    )
  })
})

describe('the page of a Service that passes', () => {
  it('says since when, and when it failed last', async () => {
    const { text } = await openPage(made.api, '/services/default/default/toad-svc?window=7d')
    expect(text).toMatch(
      /✓ Passes since 2026-11-22 09:30:0\d UTC \((1 d|23 h 59 min)\): the only path that is tested passes\./,
    )
    expect(text).toMatch(
      /It failed last from 2026-11-22 03:30:0\d UTC to 2026-11-22 09:30:0\d UTC \((6 h|5 h 59 min)\)\./,
    )
  })
})

describe('the sections of a page', () => {
  it('tell the paths by vantage, what fails first, with what was never tested apart', async () => {
    const { html } = await open('default/default/down')
    const text = sectionOf(html, 'paths')
    expect(text).toMatch(/ClusterIP http 127\.0\.0\.1:1 default in-cluster ✕ Fail .* ✕ Fail connection_refused /)
    expect(text).toMatch(/\d+ more, none of which fails|never tested/)
  })

  it('tell incidents over the window as lanes and in words', async () => {
    const day = sectionOf((await open('default/default/twice')).html, 'incidents')
    expect(day).toContain('No incident was open in this window.')
    const { html } = await open('default/default/toad-svc?window=7d')
    const text = sectionOf(html, 'incidents')
    expect(text).toMatch(
      /Ended The Service as a whole: 2026-11-22 03:30:0\d UTC to 2026-11-22 09:30:0\d UTC ?, (6 h|5 h 59 min)\. unexpected_status ×6, seen from in-cluster\./,
    )
    expect(text).toMatch(/Ended ClusterIP http 127\.0\.0\.1:\d+: /)
    expect(html.match(/<rect x="[\d.]+" width="[\d.]+"/g)).not.toBeNull()
  })

  it('plot outcomes and latency, and say the same in words and as a table', async () => {
    const { html } = await open('default/default/toad-svc?window=7d')
    const text = sectionOf(html, 'plots')
    const { counts, latency } = await made.history.report('default/toad-svc/report?window=7d')
    expect(text).toContain(`available: ${counts.pass} passed, ${counts.fail} failed.`)
    expect([latency.p50Ms !== null, text.includes('Over the window: P50 ')]).toEqual([true, true])
    expect(text).toContain('Passed Failed Errors Skipped P50 P95 P99')
    const { points } = await made.history.series('default/toad-svc/series?window=7d&step=3h')
    const drawn = (kind: string) => html.match(new RegExp(`<rect class="${kind}"`, 'g'))?.length ?? 0
    expect([drawn('passed'), drawn('failed')]).toEqual([
      points.filter(({ pass }) => pass > 0).length,
      points.filter(({ fail }) => fail > 0).length,
    ])
  })

  it('show results with their evidence, filtered by the query and page by page', async () => {
    const { html } = await open('default/default/toad-svc?outcome=fail')
    const text = sectionOf(html, 'results')
    expect(text.match(/✕ Fail 2026-/g)).toHaveLength(6)
    expect(text).toContain('Failure unexpected_status')
    expect(text).toMatch(/HTTP HTTP\/1\.1 503|HTTP 1\.1 503/)
    const first = (await open('default/default/toad-svc')).html
    const next = /href="([^"]*cursor=[^"]*)#results">Next page/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await openPage(made.api, next)
    const ids = (page: string) => [...page.matchAll(/<details class="result" id="(res_\w+)"/g)].map(([, id]) => id)
    expect([ids(first).length, ids(second.html).length]).toEqual([20, 20])
    expect(new Set([...ids(first), ...ids(second.html)]).size).toBe(40)
    expect(sectionOf(second.html, 'results')).toContain('First page')
  })

  it('say which fields each part came from, and that versions are not known of what came with the request', async () => {
    const text = sectionOf((await open('default/default/toad-svc')).html, 'objects')
    expect(text).toContain('The objects came with the request that made the last job')
    const { paths } = await made.history.service('default/toad-svc')
    const reason = paths.find(({ kind }) => kind === 'ClusterIP')?.because[0] ?? 'none'
    expect(text).toContain(reason)
  })

  it('keep what is planned no more apart', async () => {
    const { html } = await open('default/default/moved?window=7d')
    expect(sectionOf(html, 'paths')).toMatch(
      /\d+ paths? (is|are) planned no more .*ClusterIP http 127\.0\.0\.1:\d+ .* 2026-11-22 23:30/,
    )
  })

  it('offer the reports and the badge of the window, and the last job', async () => {
    const { html } = await open('default/default/toad-svc?window=7d')
    const links = [...html.matchAll(/href="(\/v1\/[^"]+)"/g)].map(([, href]) => (href ?? '').replaceAll('&amp;', '&'))
    expect(links.length).toBeGreaterThanOrEqual(7)
    for (const link of links) {
      expect([link, (await made.api.call(link)).status]).toEqual([link, 200])
    }
    expect(html).toContain(`href="/jobs/${made.lastJob}"`)
  })
})

describe('the map', () => {
  it('shows the ways, can be unfolded, and links each way to its row and the cause to its finding', async () => {
    const { html } = await open('default/default/down?window=7d')
    expect(sectionOf(html, 'ways')).toContain('Map')
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const targets = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id ?? '')
    expect(targets).toContain('finding-1')
    expect(targets.filter((id) => !ids.has(id))).toEqual([])
    expect((await open('default/default/down?map=unfolded')).status).toBe(200)
  })
})

describe('the plot to zoom into', () => {
  it('is loaded from this server, and reads the series that the drawing shows', async () => {
    const { html, headers } = await open('default/default/toad-svc')
    expect(headers.get('content-security-policy')).toContain("script-src 'self'")
    const [, series, from, to, step, script, sheet] =
      /data-series="([^"]*)" data-from="([^"]*)" data-to="([^"]*)" data-step="([^"]*)" data-uplot="([^"]*)" data-sheet="([^"]*)"/.exec(
        html,
      ) ?? []
    const query = new URLSearchParams({ from: from ?? '', to: to ?? '', step: step ?? '' })
    const answer = await made.api.call(`${series?.replaceAll('&amp;', '&')}&${query}`)
    const { points } = (await answer.json()) as { points: unknown[] }
    expect([answer.status, points.length]).toEqual([200, 25])
    for (const [address, type] of [
      [script, 'text/javascript; charset=utf-8'],
      [sheet, 'text/css; charset=utf-8'],
    ] as const) {
      const file = await fetch(made.api.url + address)
      expect([file.status, file.headers.get('content-type')]).toEqual([200, type])
      expect((await file.text()).length).toBeGreaterThan(1000)
    }
  })
})

describe('looking again', () => {
  it('says which commands look, and why the server cannot by itself', async () => {
    const { html } = await open('default/default/down')
    const text = sectionOf(html, 'look')
    expect(text).toContain('This server reads no cluster called default')
    expect(text).toContain('portolan check -f - down -n default --cluster default --server ')
    expect(text).toContain("/v1/jobs?service=down&namespace=default&cluster=default&wait=60&format=text'")
    expect(html).not.toContain('/look')
  })

  it('runs the schedule that looks at it, and leads to the job', async () => {
    const { api, pod } = made
    const service = { ...toadService(pod.port), metadata: { name: 'watched', namespace: 'default' } }
    const job = { target: { manifests: [service] }, paths: { include: ['ClusterIP'] } }
    const schedule = await readSchedule(
      api.call('/v1/schedules', { json: { name: 'watched', cron: '0 0 1 1 *', enabled: false, job } }),
    )
    await api.call(`/v1/schedules/${schedule.id}/run?wait=20`, { method: 'POST' })
    const { html } = await open('default/default/watched')
    const action = `/services/default/default/watched/look?schedule=${schedule.id}`
    expect(html).toContain(`<form class="inline" method="post" action="${action}">`)
    const answer = await openPage(api, action, { method: 'POST' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/jobs\/job_/)])
    const run = await readJob(api.call(`/v1${answer.headers.get('location')}?wait=20`))
    expect([run.scheduleId, run.target.service]).toEqual([schedule.id, 'watched'])
  })
})

describe('whoever may only read', () => {
  it('is offered nothing to start, and is told which scope is missing', async () => {
    const api = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN })
    try {
      const job = { target: { manifests: [toadService(made.pod.port)] }, paths: { include: ['ClusterIP'] } }
      await readJob(callAs(api, ADMIN)('/v1/jobs?wait=20', { json: job }))
      const token = await makeToken(api, { scopes: ['reports:read', 'jobs:read', 'plan'] })
      const headers = { authorization: `Bearer ${token}` }
      const { html } = await openPage(api, '/services/default/default/toad-svc', { headers })
      expect(html).not.toContain('method="post" action="/services')
      expect(sectionOf(html, 'look')).toContain('Your token may not start jobs (scope jobs:write).')
      const answer = await openPage(api, '/services/default/default/toad-svc/look', { method: 'POST', headers })
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('jobs:write')])
    } finally {
      await api.close()
    }
  })
})

describe('what is not there', () => {
  it('is a 404 with what was meant, perhaps', async () => {
    const { status, text } = await open('default/default/toad-svx')
    expect(status).toBe(404)
    expect(text).toContain('Nothing is known of default/toad-svx')
    expect(text).toContain('Did you mean default/toad-svc in cluster default')
  })

  it('names the clusters that have a Service of the name', async () => {
    const { status, text } = await open('west/default/twice')
    expect(status).toBe(404)
    expect(text).toContain('Did you mean default/twice in cluster default default/twice in cluster east')
    expect((await open('east/default/twice')).text).toContain('Another of this name is in default')
    const both = await open('default/twice')
    expect([both.status, both.text]).toEqual([200, expect.stringContaining('default/twice in 2 clusters')])
    const one = await open('default/down?window=7d')
    expect([one.status, one.headers.get('location')]).toEqual([303, '/services/default/default/down?window=7d'])
    expect((await open('default/nobody')).status).toBe(404)
  })

  it('is told by the API where the query is odd', async () => {
    const { status, text } = await open('default/default/down?outcome=odd')
    expect([status, text]).toEqual([400, expect.stringContaining('?outcome')])
  })
})
