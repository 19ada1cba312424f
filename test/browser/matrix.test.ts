/**
 * Every page, in every width and theme: nothing goes wrong, nothing comes from elsewhere, axe-core finds nothing, and
 * nobody must scroll to two sides. `BROWSER_ALL=1` looks at each page in every way; else each is looked at in two, and
 * all together in all.
 *
 * @module
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violationsOf } from './axe.ts'
import {
  ALL,
  heightOf,
  logIn,
  openTab,
  PICTURES,
  startChromium,
  type Tab,
  THEMES,
  type Theme,
  tabOf,
} from './chromium.ts'
import { moving, tooWide } from './in-page.js'
import { BESIDE, NO_PAGES, PAGES, pathsOfSite, type Row } from './pages.ts'
import { startDemoWorld } from './worlds/demo.ts'
import { startThousandWorld } from './worlds/thousand.ts'
import { ADMIN, startServer, type World } from './worlds/world.ts'

const WAYS = [
  { width: 360, theme: 'light' },
  { width: 1280, theme: 'light' },
  { width: 2560, theme: 'light' },
  { width: 1280, theme: 'dark' },
  { width: 2560, theme: 'dark' },
  { width: 360, theme: 'dark' },
] as const

/** WCAG 1.4.10: 1280 px at 400 %. */
const NARROWEST = 320

/** Of all addresses of a page. */
const TIMEOUT_MS = ALL ? 600_000 : 60_000

const WORLDS = { demo: startDemoWorld, thousand: startThousandWorld }
const ROWS = Object.entries({ ...PAGES, ...BESIDE })

/** The ways in which the page at this position is looked at. Where there are many Services one shows what they do to it. */
const waysOf = (world: keyof typeof WORLDS, at: number) =>
  ALL ? WAYS : WAYS.filter((_, way) => way === at % 6 || (world === 'demo' && way === (at + 3) % 6))

const HTML = { headers: { accept: 'text/html' } }

let browser: Browser
let server: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true })
  ;[browser, server] = await Promise.all([startChromium(), startServer()])
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

it('each page of the site has a row, and each row a page', () => {
  expect(pathsOfSite().filter((path) => !NO_PAGES.has(path))).toEqual(Object.keys(PAGES).sort())
})

const counts = { looks: 0, pictures: 0 }
const addressed = new Set<string>()
afterAll(() => console.log(`${addressed.size} pages, ${counts.looks} looks, ${counts.pictures} pictures`))

describe.each(Object.keys(WORLDS) as (keyof typeof WORLDS)[])('in the world %s', (name) => {
  let world: World
  const tabs = new Map<Theme, Tab>()
  beforeAll(async () => {
    world = await WORLDS[name]()
    for (const theme of THEMES) {
      const tab = await openTab(browser, world.url, { colorScheme: theme })
      await logIn(tab, ADMIN)
      tabs.set(theme, tab)
    }
  })
  afterAll(async () => {
    await Promise.all([...tabs.values()].map(({ context }) => context.close()))
    await world.close()
  })

  const rows = ROWS.map(([path, row], at) => ({ path, row, at })).filter(
    ({ row }) => name === 'demo' || row.isFixed !== true,
  )

  it.each(rows)(
    '$path',
    async ({ path, row, at }) => {
      const wrong: string[] = []
      for (const [index, address] of row.at(world.places).entries()) {
        addressed.add(path)
        for (const { width, theme } of waysOf(name, at + index)) {
          const tab = tabs.get(theme)
          if (tab !== undefined) {
            const seen = await look(tab, {
              address,
              row,
              width,
              picture: `${name}-${fileName(path)}-${index + 1}-${width}-${theme}.png`,
            })
            wrong.push(...seen.map((what) => `${address} at ${width} px, ${theme}: ${what}`))
          }
        }
      }
      expect(wrong).toEqual([])
    },
    TIMEOUT_MS,
  )
})

it('the navigation leads to pages that are there', async () => {
  const { context, page, watch } = await tabOf(browser, server.url)
  await logIn({ context, page, watch }, ADMIN)
  const links = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').all()
  const addresses = await Promise.all(links.map((link) => link.getAttribute('href')))
  const answers = await Promise.all(
    addresses.map(async (address) => [address, (await page.request.get(address ?? '', HTML)).status()]),
  )
  expect(answers).toEqual(addresses.map((address) => [address, 200]))
  expect(addresses.length).toBeGreaterThan(5)
})

it('every page has been looked at', () => {
  expect(ROWS.map(([path]) => path).filter((path) => !addressed.has(path))).toEqual([])
})

type Look = { address: string; row: Row; width: number; picture: string }

async function look({ page, watch }: Tab, { address, row, width, picture }: Look): Promise<string[]> {
  const { status = 200, isForeign = false } = row
  await page.setViewportSize({ width, height: heightOf(width) })
  if (status !== 200) {
    watch.expectStatus(status)
  }
  const response = await page.goto(address)
  counts.looks++
  const wrong = response?.status() === status ? [] : [`${response?.status()} in place of ${status}`]
  if (!isForeign) {
    wrong.push(...(await violationsOf(page)), ...(await page.evaluate(moving)))
  }
  await page.screenshot({ path: join(PICTURES, picture), fullPage: true })
  counts.pictures++
  wrong.push(...(await page.evaluate(tooWide)))
  await page.setViewportSize({ width: NARROWEST, height: 740 })
  wrong.push(...(await page.evaluate(tooWide)), ...watch.taken())
  return wrong
}

const fileName = (path: string): string => path.replaceAll(/[^a-zA-Z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'home'
