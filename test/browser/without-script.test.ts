/**
 * With scripts turned off every page has its contents, and its forms do what they say.
 *
 * @module
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EACH_ITS_ADDRESS } from '../../src/runtime/cli/demo/packed.ts'
import { loopbackService } from '../support/loopback-service.ts'
import { logIn, openTab, startChromium, type Tab } from './chromium.ts'
import { useless } from './in-page.js'
import { BESIDE, PAGES } from './pages.ts'
import { startDemoWorld } from './worlds/demo.ts'
import { ADMIN, type World } from './worlds/world.ts'

let browser: Browser
let world: World
let tab: Tab
beforeAll(async () => {
  ;[browser, world] = await Promise.all([startChromium(), startDemoWorld(2)])
  tab = await openTab(browser, world.url, { javaScriptEnabled: false })
  await logIn(tab, ADMIN)
})
afterAll(async () => {
  await browser.close()
  await world.close()
})

const OURS = Object.entries({ ...PAGES, ...BESIDE }).filter(([, { isForeign = false }]) => !isForeign)

it.each(OURS)('%s has its contents', async (_path, row) => {
  for (const address of row.at(world.places).slice(0, 2)) {
    const { page, watch } = tab
    watch.expectStatus(row.status ?? 200)
    await page.goto(address)
    const main = page.getByRole('main')
    expect(await page.getByRole('heading', { level: 1 }).allInnerTexts()).toEqual([expect.stringMatching(/\S/)])
    // Of what a script would fill nothing is there
    expect(await main.getByText(/^(loading|please wait)/i).count()).toBe(0)
    expect(await main.locator('button:visible').evaluateAll(useless)).toEqual([])
    const times = await main.locator('time:visible').allInnerTexts()
    expect(times.filter((text) => !/UTC|Z$/.test(text))).toEqual([])
    expect(watch.taken()).toEqual([])
  }
})

it('manifests are planned by a form', async () => {
  const { page, watch } = tab
  await page.goto('/try')
  await page.getByRole('textbox', { name: 'Manifests' }).fill(EACH_ITS_ADDRESS.manifests)
  await page.getByRole('button', { name: 'Show the plan' }).first().click()
  expect(new URL(page.url()).pathname).toBe('/try')
  expect(await page.getByRole('main').innerText()).toContain('toad.example.com')
  expect(watch.taken()).toEqual([])
})

it('a schedule is made, is refused with the field that is wrong, changed, and taken away', async () => {
  const { page, watch } = tab
  const name = () => page.getByRole('textbox', { name: 'Name', exact: true })
  const when = () => page.getByRole('textbox', { name: 'When', exact: true })
  await page.goto('/schedules/new')
  await name().fill('by hand')
  await when().fill('every now and then')
  await page.getByRole('radio', { name: 'One Service of manifests' }).check()
  await page.getByRole('textbox', { name: 'Manifests' }).fill(loopbackService(9))
  const send = () =>
    page
      .getByRole('main')
      .getByRole('button', { name: /make|create|save|add/i })
      .click()
  watch.expectStatus(400)
  await send()
  expect([await name().inputValue(), await when().getAttribute('aria-invalid')]).toEqual(['by hand', 'true'])
  await when().fill('@every 1h')
  await send()
  await page.waitForURL(/\/schedules\/sch_\w+$/)
  const schedules = () => world.ask<{ items: { id: string; name: string; cron: string }[] }>('/v1/schedules')
  const made = async () => (await schedules()).items.find((each) => each.name === 'by hand')
  expect(await made()).toMatchObject({ cron: '@every 1h' })
  await page.goto(`/schedules/${(await made())?.id}/edit`)
  await when().fill('@every 2h')
  await send()
  await page.waitForURL(/\/schedules\/sch_\w+$/)
  expect(await made()).toMatchObject({ cron: '@every 2h' })
  await page.goto(`/schedules/${(await made())?.id}/delete`)
  await page
    .getByRole('main')
    .getByRole('button', { name: /delete/i })
    .click()
  await page.waitForURL(/\/schedules$/)
  expect(await made()).toBeUndefined()
  expect(watch.taken()).toEqual([])
})
