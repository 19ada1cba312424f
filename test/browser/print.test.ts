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
import { groundOf, seen } from './in-page.js'
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
