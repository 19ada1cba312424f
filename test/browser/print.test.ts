/**
 * On paper: what is read is there, what is pressed is not.
 *
 * @module
 */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { logIn, openTab, PICTURES, startChromium, type Tab } from './chromium.ts'
import { cutOff, groundOf, mute, seen } from './in-page.js'
import { startDemoWorld } from './worlds/demo.ts'
import { ADMIN, type World } from './worlds/world.ts'

let browser: Browser
let world: World
let tab: Tab
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true })
  ;[browser, world] = await Promise.all([startChromium(), startDemoWorld(3)])
  tab = await openTab(browser, world.url, { colorScheme: 'dark' })
  await logIn(tab, ADMIN)
  await tab.page.emulateMedia({ media: 'print' })
})
afterAll(async () => {
  await browser.close()
  await world.close()
})

/** What is printed to be handed on. */
const REPORTS: readonly ((places: World['places']) => string | undefined)[] = [
  ({ jobs }) => jobs[0] && `/jobs/${jobs[0]}`,
  ({ services }) => services[0] && `/services/${services[0]}`,
]

it.each(REPORTS)('a report: its text on a light ground, and nothing to press', async (addressIn) => {
  const address = addressIn(world.places)
  expect(address).toBeDefined()
  const { page, watch } = tab
  await page.goto(address ?? '')
  expect({
    pressed: await page.evaluate(seen, 'nav, button, form, input, select, .skip'),
    isLight: (await page.evaluate(groundOf)) > 240,
    heading: await page.evaluate(seen, 'h1'),
  }).toEqual({ pressed: [], isLight: true, heading: [expect.stringContaining('toad-svc')] })
  const text = await page.getByRole('main').innerText()
  expect(text).toContain('The node port fails on node-2')
  const file = join(PICTURES, `print-${(address ?? '').split('/')[1]}.pdf`)
  await page.pdf({ path: file, format: 'A4' })
  expect(statSync(file).size).toBeGreaterThan(10_000)
  expect(watch.taken()).toEqual([])
})

/** Of the sheet between its margins, at 96 dots an inch. */
const A4 = { width: 680, height: 1000 }

/** All that is printed to be kept. */
const PRINTED: readonly ((places: World['places']) => string)[] = [
  ...REPORTS.map((addressIn) => (places: World['places']) => addressIn(places) ?? ''),
  () => '/report',
  ({ services }) => `/v1/services/${services[0]?.replace(/^[^/]*\//, '')}/report`,
  ({ batches }) => `/batches/${batches[0]}`,
  ({ batches }) => `/v1/batches/${batches[0]}/report`,
  ({ compares }) => `/compares/${compares[0]}`,
  ({ statusPages }) => `/status/${statusPages[0]}`,
  () => '/',
]

it.each(PRINTED)('is whole on a sheet, says its states in words, and where its links lead: %s', async (addressIn) => {
  const { page, watch } = tab
  await page.setViewportSize(A4)
  await page.goto(addressIn(world.places))
  expect({
    cut: await page.evaluate(cutOff),
    mute: await page.evaluate(mute, '.state'),
    pressed: await page.evaluate(seen, 'button, body > header nav, .skip'),
    isLight: (await page.evaluate(groundOf)) > 240,
    wrong: watch.taken(),
  }).toEqual({ cut: [], mute: [], pressed: [], isLight: true, wrong: [] })
})
