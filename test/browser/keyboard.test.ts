/**
 * Without a pointer: the Tab key goes through every page in the order in which it is written, shows where it is, and comes
 * out again; everything that matters is reached by it.
 *
 * @module
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { logIn, openTab, startChromium, type Tab } from './chromium.ts'
import { type Focused, focused } from './in-page.js'
import { BESIDE, PAGES } from './pages.ts'
import { startDemoWorld } from './worlds/demo.ts'
import { ADMIN, type World } from './worlds/world.ts'

/** More than any page has. */
const MOST_STOPS = 400

let browser: Browser
let world: World
let tab: Tab
beforeAll(async () => {
  ;[browser, world] = await Promise.all([startChromium(), startDemoWorld(1)])
  tab = await openTab(browser, world.url)
  await logIn(tab, ADMIN)
})
afterAll(async () => {
  await browser.close()
  await world.close()
})

const focusOf = (page: Page): Promise<Focused | null> => page.evaluate(focused)

/** Goes on until the focus leaves the page, or is where it was first. */
async function stopsOf(page: Page): Promise<Focused[]> {
  const stops: Focused[] = []
  for (let presses = 0; presses < MOST_STOPS; presses++) {
    await page.keyboard.press('Tab')
    const at = await focusOf(page)
    if (at === null || at.at === stops[0]?.at) {
      return stops
    }
    stops.push(at)
  }
  throw new Error(`${MOST_STOPS} presses of Tab, and no end: ${stops.slice(-3).map(({ html }) => html)}`)
}

/** Goes on until something of this name has the focus. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < MOST_STOPS; presses++) {
    await page.keyboard.press('Tab')
    const at = await focusOf(page)
    if (at !== null && (typeof name === 'string' ? at.name === name : name.test(at.name))) {
      expect(at).toMatchObject({ isSeen: true })
      return
    }
  }
  throw new Error(`no ${name} is reached by Tab`)
}

const OURS = Object.entries({ ...PAGES, ...BESIDE }).filter(([, { isForeign = false }]) => !isForeign)

it.each(OURS)('%s: in order, seen, and out again', async (_path, row) => {
  const [address] = row.at(world.places)
  if (address === undefined) {
    return
  }
  const { page } = tab
  await page.goto(address)
  const stops = await stopsOf(page)
  // A page that is entered at a heading begins there
  const first = stops.findIndex(({ name }) => name.startsWith('Skip to'))
  const from = Math.max(first, 0)
  const places = [...stops.slice(from), ...stops.slice(0, from)].map(({ at }) => at)
  const hasNavigation = (await page.getByRole('navigation', { name: 'Pages' }).count()) > 0
  expect({
    unseen: stops.filter(({ isSeen, isFramed }) => !isSeen && !isFramed).map(({ html }) => html),
    first: hasNavigation && new URL(page.url()).hash === '' ? first : 0,
    isInOrder: places.every((at, index) => at > (places[index - 1] ?? -1)),
  }).toEqual({ unseen: [], first: 0, isInOrder: true })
})

it('the link that skips the navigation leads to the contents', async () => {
  const { page } = tab
  await page.goto('/')
  await tabTo(page, /^Skip to/)
  await page.keyboard.press('Enter')
  expect(await focusOf(page)).toMatchObject({ tag: 'main' })
  await page.keyboard.press('Tab')
  expect(await page.locator('main :focus').count()).toBe(1)
})

it('from / to a Service, its map, a command to copy, and out', async () => {
  const { page } = tab
  await page.goto('/')
  await tabTo(page, 'default/toad-svc')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/services\/pond\/default\/toad-svc$/)
  await tabTo(page, /^Copy/)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Copied' }).first().waitFor()
  await page.goto('/services/pond/default/toad-svc')
  await tabTo(page, 'Log out')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/login/)
})
