/**
 * A hundred payloads in every place that strangers reach, and then every page: nothing runs, nothing is asked for, no
 * element comes of it, and the Content-Security-Policy, which would have refused most of it, is never needed.
 *
 * @module
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveHttp, type TestServer } from '../support/servers.ts'
import { logIn, openTab, startChromium, type Tab } from './chromium.ts'
import { hiding, madeUp, paste, payloadsShown, placesShown } from './in-page.js'
import { BESIDE, PAGES } from './pages.ts'
import { payloads } from './payloads.ts'
import { jobOf, PLACES, startHostileWorld } from './worlds/hostile.ts'
import { ADMIN, type World } from './worlds/world.ts'

let browser: Browser
let beacon: TestServer
let world: World
let tab: Tab
let texts: string[]
const heard: string[] = []
const ran: string[] = []
const shown = new Set<number>()
const placed = new Set<string>()

beforeAll(async () => {
  beacon = await serveHttp((request, response) => {
    heard.push(request.url ?? '')
    response.end()
  })
  texts = payloads(beacon.url)
  ;[browser, world] = await Promise.all([startChromium(), startHostileWorld(texts)])
  tab = await openTab(browser, world.url, { userAgent: texts[0] ?? '' })
  await logIn(tab, ADMIN)
  await tab.page.exposeFunction('__ran', (number: number) => ran.push(`${tab.page.url()}: ${number}`))
})
afterAll(async () => {
  await browser.close()
  await Promise.all([world.close(), beacon.close()])
})

/** Opens a page, and looks for what should not be there. */
async function visit(address: string, statuses: readonly number[] = [200]): Promise<string[]> {
  const { page, watch } = tab
  for (const status of statuses) {
    watch.expectStatus(status)
  }
  const response = await page.goto(address)
  const status = response?.status() ?? 0
  return [...(statuses.includes(status) ? [] : [`${status}`]), ...(await found())].map((what) => `${address}: ${what}`)
}

/** What should not be there on the page as it is. What is there to be read is noted. */
async function found(): Promise<string[]> {
  const { page, watch } = tab
  for (const number of await page.evaluate(payloadsShown)) {
    shown.add(number)
  }
  for (const place of await page.evaluate(placesShown)) {
    placed.add(place)
  }
  return [
    ...(await page.evaluate(madeUp, beacon.url)),
    ...(await page.evaluate(hiding)),
    ...watch.taken(),
    ...ran.splice(0),
    ...heard.splice(0).map((url) => `asked ${url}`),
  ]
}

it('there are a hundred', () => {
  expect(new Set(texts).size).toBe(100)
})

const OURS = Object.entries({ ...PAGES, ...BESIDE }).filter(([, { isForeign = false }]) => !isForeign)

it.each(OURS)('%s shows them as what they are', async (_path, row) => {
  const wrong: string[] = []
  for (const address of row.at(world.places)) {
    wrong.push(...(await visit(address, [row.status ?? 200])))
  }
  expect(wrong).toEqual([])
})

it('what is pasted into /try does not run', async () => {
  const { page, watch } = tab
  const wrong: string[] = []
  for (let from = 0; from < texts.length; from += 25) {
    const { target } = jobOf('heron', texts.slice(from, from + 25), {
      web: 80,
      moved: 81,
      secure: 82,
      said: 83,
      named: 84,
      dns: 85,
    })
    // As it is, and where it is refused with what stands there
    for (const [nth, manifests] of [target.manifests, target.manifests.map(misnamed)].entries()) {
      await page.goto('/try')
      await page.getByRole('textbox', { name: 'Manifests' }).evaluate(paste, JSON.stringify(manifests, null, 1))
      watch.expectStatus(400)
      watch.expectStatus(422)
      await page.getByRole('button', { name: 'Show the plan' }).first().click()
      wrong.push(...(await found()).map((what) => `/try ${from} ${nth}: ${what}`))
    }
  }
  expect(wrong).toEqual([])
})

/** The same with a name that is none. */
const misnamed = (object: Record<string, unknown>, at: number) => ({
  ...object,
  metadata: { ...(object.metadata as object), name: texts[at % texts.length] },
})

/** Lists that go on over several pages. */
const LISTS = ['/audit', '/tokens', '/schedules', '/jobs']
/** More than there are. */
const MOST_PAGES = 40

it.each(LISTS)('%s does not run, to its last page', async (list) => {
  const { page } = tab
  const wrong: string[] = []
  let next: string | null = list
  for (let pages = 0; next !== null && pages < MOST_PAGES; pages++) {
    wrong.push(...(await visit(next)))
    const link = page.getByRole('main').getByRole('link', { name: /^next/i })
    next = (await link.count()) === 0 ? null : await link.first().getAttribute('href')
  }
  expect({ wrong, next }).toEqual({ wrong: [], next: null })
})

it('results of a check that was asked for by name do not run', async () => {
  const wrong: string[] = []
  for (const service of world.places.services) {
    for (const check of ['alias-0', 'txt', 'tls', 'said-0', 'named-1']) {
      wrong.push(...(await visit(`/services/${service}?check=${check}`)))
    }
  }
  expect(wrong).toEqual([])
})

/** Where a query goes, in turn: each payload to some of them. */
const QUERIES = ['/?q=', '/?cursor=', '/login?next=', '/?namespace=', '/', '/services/default/bog/', '/?verdict=']

it('queries and addresses do not run', async () => {
  const wrong: string[] = []
  for (const [at, text] of texts.entries()) {
    const query = QUERIES[at % QUERIES.length] ?? ''
    wrong.push(...(await visit(`${query}${encodeURIComponent(text)}`, [200, 400, 404, 406])))
  }
  expect(wrong).toEqual([])
})

it('each has been shown somewhere, and some in each place', () => {
  console.log(`${shown.size} payloads were shown, in ${placed.size} places`)
  expect(PLACES.filter((place) => !placed.has(place))).toEqual([])
  expect(texts.map((_, number) => number).filter((number) => !shown.has(number))).toEqual([])
})
