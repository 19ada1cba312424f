import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPage } from '../support/html.ts'
import { startTwoDays, type TwoDays } from '../support/two-days.ts'

let made: TwoDays
beforeAll(async () => {
  made = await startTwoDays()
})
afterAll(() => made.close())

const open = (query: string) => openPage(made.api, `/incidents${query}`)
const idsIn = (html: string) => [...html.matchAll(/<li id="(inc_\w+)"/g)].map(([, id]) => id)
const listed = async (query: string) => (await made.history.allIncidents(query)).items.map(({ id }) => id)

it('tells those of Services as a whole, the open ones first, as the API has them', async () => {
  const { status, html, text } = await open('')
  expect([status, idsIn(html)]).toEqual([200, await listed('?whole=true')])
  expect(text).toMatch(
    /Open, the newest first ✕ Open default\/down in default ?: 2026-11-23 08:30:0\d UTC until now, (1 h|59 min \d+ s)\. connection_refused ×1/,
  )
  expect(text).toMatch(/Ended, the last first \? Ended default\/toad-svc in default ?: 2026-11-22 03:30:0\d UTC to/)
  expect(html).toContain('href="/services/default/default/down?window=30d#incidents"')
})

it('shows those of paths as well, and filters by state, cluster, namespace and day', async () => {
  const day = 'from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z'
  for (const [query, same] of [
    ['?paths=yes', ''],
    ['?shown=open', '?whole=true&open=true'],
    ['?shown=ended&paths=yes', '?open=false'],
    ['?cluster=east', '?whole=true&cluster=east'],
    ['?namespace=default&cluster=&from=', '?whole=true&namespace=default'],
    ['?from=2026-11-22&to=2026-11-23&paths=yes', `?${day}`],
  ] as const) {
    expect([query, idsIn((await open(query)).html)]).toEqual([query, await listed(same)])
  }
  expect((await open('?namespace=nobodys')).text).toContain('No incident matches.')
})

it('shows the form again with what the API does not take, and with what was typed', async () => {
  const { status, html, text } = await open('?from=yesterday&namespace=shop')
  expect(status).toBe(400)
  expect(text).toContain('That was not taken')
  expect(html).toMatch(/<input id="from"[^>]*aria-invalid="true"[^>]*value="yesterday"/)
  expect(html).toMatch(/<input id="namespace"[^>]*value="shop"/)
})
