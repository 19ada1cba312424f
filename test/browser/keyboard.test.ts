/**
 * Without a pointer: the Tab key goes through every page in the order in which it is written, shows where it is, and comes
 * out again; everything that matters is reached by it.
 *
 * @module
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { EXAMPLES } from '../../src/pages/try/examples.ts'
import { ALL, heightOf, logIn, openTab, startChromium, type Tab, tabOf } from './chromium.ts'
import { type Focused, focused, focusedAmong, type LedTo, ledTo, lostSigns, mute } from './in-page.js'
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
async function stopsOf(page: Page, atEach: (at: Focused) => unknown = () => undefined): Promise<Focused[]> {
  const stops: Focused[] = []
  for (let presses = 0; presses < MOST_STOPS; presses++) {
    await page.keyboard.press('Tab')
    const at = await focusOf(page)
    if (at === null || at.at === stops[0]?.at) {
      return stops
    }
    stops.push(at)
    await atEach(at)
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
    covered: stops.filter(({ isCovered }) => isCovered).map(({ html }) => html),
    first: hasNavigation && new URL(page.url()).hash === '' ? first : 0,
    isInOrder: places.every((at, index) => at > (places[index - 1] ?? -1)),
  }).toEqual({ unseen: [], covered: [], first: 0, isInOrder: true })
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

it.each([360, 1280])('each Service of / is one stop at %i px, and its days are told beside', async (width) => {
  const { page } = tab
  await page.setViewportSize({ width, height: heightOf(width) })
  onTestFinished(() => page.setViewportSize({ width: 1280, height: heightOf(1280) }))
  await page.goto('/')
  const texts = await page.locator(ROW).allInnerTexts()
  const stops = texts.map((): string[] => [])
  await stopsOf(page, async ({ tag }) => stops[await page.evaluate(focusedAmong, ROW)]?.push(tag))
  expect({ stops, untold: texts.filter((text) => !/\bdays?\b/.test(text)) }).toEqual({
    ...{ stops: texts.map(() => ['a']), untold: [] },
  })
  expect(texts.length).toBeGreaterThan(2)
})

/** Rows of the wall. */
const ROW = '.wall > li'

/** What a page has a map of. */
const MAPS: readonly ((places: World['places']) => string)[] = [
  ({ services }) => `/services/${services[0]}`,
  ({ jobs }) => `/jobs/${jobs[0]}`,
  () => `/try?example=${EXAMPLES[0]?.id}`,
]

it.each(MAPS)(
  'each link of a map is seen where it has the focus, and leads to what it names: %s',
  async (addressIn) => {
    const { page } = tab
    const address = addressIn(world.places)
    await page.goto(address)
    if (address.startsWith('/try')) {
      await page.getByRole('button', { name: 'Show the plan' }).first().click()
    }
    const drawing = page.getByRole('group', { name: 'Map of the ways to the Service' })
    await drawing.waitFor()
    const stops: Focused[] = []
    await stopsOf(page, async (at) => (await page.evaluate(focusedAmong, '.map-drawing')) === 0 && stops.push(at))
    const links = drawing.getByRole('link')
    expect([stops.length, stops.filter(({ isFramed }) => !isFramed)]).toEqual([await links.count(), []])
    const wrong: unknown[] = []
    const led = new Set<string>()
    for (const [at, { name }] of stops.entries()) {
      if (!ALL && at % 3 > 0 && !name.startsWith('Finding 1')) {
        continue
      }
      await links.nth(at).focus()
      await page.keyboard.press('Enter')
      const there = await page.evaluate(ledTo)
      led.add(there?.id ?? '')
      if (there === null || !there.isSeen || !there.isMarked || !isNamed(name, there)) {
        wrong.push({ name, there })
      }
    }
    expect(wrong).toEqual([])
    expect(led.size).toBeGreaterThan(3)
  },
)

/** Where a link leads has the word of the link that tells it from others. */
function isNamed(name: string, { id, text }: LedTo): boolean {
  const [, nth, confidence = ''] = /^Finding (\d+) (\w+)/.exec(name) ?? []
  if (nth !== undefined) {
    return id.endsWith(`finding-${nth}`) && text.toLowerCase().includes(confidence)
  }
  const [before = ''] = name.replace(/^.*…[^,]*, /, '').split(/:? (?:works|fails|all|none|both|\d+ (?:of|not)|not)\b/)
  const words = before.replaceAll(/[()]/g, '').split(' ')
  // What stands for several ways leads to one of them, which need not say all of it
  const isOne = name.includes(': ')
  return /^\d+ (?:more|variables)/.test(name) || (isOne ? words.slice(-1) : words).some((word) => text.includes(word))
}

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

it('in the colours of the reader the focus is seen, and signs stand out from their ground', async () => {
  const { page, watch } = await tabOf(browser, world.url, { forcedColors: 'active' })
  await logIn({ page, watch, context: page.context() }, ADMIN)
  for (const address of ['/', `/services/${world.places.services[0]}`, `/status/${world.places.statusPages[0]}`]) {
    await page.goto(address)
    const stops = await stopsOf(page)
    expect({
      unseen: stops.filter(({ isSeen, isFramed }) => !isSeen && !isFramed).map(({ html }) => html),
      lost: await page.evaluate(lostSigns),
      mute: await page.evaluate(mute, '.state'),
      wrong: watch.taken(),
    }).toEqual({ unseen: [], lost: [], mute: [], wrong: [] })
  }
})
