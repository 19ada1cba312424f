/**
 * With scripts turned off every page has its contents, and its forms do what they say.
 *
 * @module
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EACH_ITS_ADDRESS } from '../../src/runtime/cli/demo/packed.ts'
import { loopbackService } from '../support/loopback-service.ts'
import { violationsOf } from './axe.ts'
import { ALL, logIn, openTab, startChromium, type Tab } from './chromium.ts'
import { useless } from './in-page.js'
import { BESIDE, PAGES } from './pages.ts'
import { startDemoWorld } from './worlds/demo.ts'
import { heldJob } from './worlds/held-job.ts'
import { ADMIN, type World } from './worlds/world.ts'

let browser: Browser
let world: World
let tab: Tab
let scriptless: Tab
beforeAll(async () => {
  ;[browser, world] = await Promise.all([startChromium(), startDemoWorld(2)])
  tab = await openTab(browser, world.url, { javaScriptEnabled: false })
  await logIn(tab, ADMIN)
  scriptless = await openTab(browser, world.url)
  await scriptless.context.route('**/assets/*.js*', (route) => route.abort())
  await logIn(scriptless, ADMIN)
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

const press = (name: string | RegExp) => tab.page.getByRole('main').getByRole('button', { name }).first().click()

it('a token is made, shown once, and revoked', async () => {
  const { page, watch } = tab
  await page.goto('/tokens/new')
  watch.expectStatus(400)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('by hand')
  await press('Make the token')
  // No scope is chosen: what was typed is kept
  expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('by hand')
  await page.getByRole('checkbox', { name: /^jobs:read/ }).check()
  await press('Make the token')
  const text = await page.getByRole('main').innerText()
  const token = /pt_\w{33}/.exec(text)?.[0] ?? ''
  const jobs = () => fetch(`${world.url}/v1/jobs`, { headers: { authorization: `Bearer ${token}` } })
  expect((await jobs()).status).toBe(200)
  await page.goto('/tokens')
  expect(await page.content()).not.toContain(token)
  await page.getByRole('link', { name: 'Revoke by hand' }).click()
  await press('Revoke')
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('by hand is revoked')
  await expect.poll(async () => (await jobs()).status, { timeout: 10_000 }).toBe(401)
  expect(watch.taken()).toEqual([])
})

it('a job that runs is cancelled', async () => {
  const { page, watch } = tab
  const job = await heldJob(world, 'newt')
  await page.goto(`/jobs/${job.id}`)
  await press('Cancel')
  expect(new URL(page.url()).pathname).toBe(`/jobs/${job.id}`)
  job.let()
  expect((await world.ask<{ status: string }>(`/v1/jobs/${job.id}`)).status).toBe('cancelled')
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toMatch(/cancelled/i)
  expect(watch.taken()).toEqual([])
})

it('a Service of a live cluster is looked at now', async () => {
  const { page, watch } = tab
  await page.goto('/services/pond/shop/heron')
  await press('Look now')
  await page.waitForURL(/\/jobs\/job_\w+$/)
  const id = new URL(page.url()).pathname.split('/').at(-1)
  const { target } = await world.ask<{ target: unknown }>(`/v1/jobs/${id}`)
  expect(target).toMatchObject({ cluster: 'pond', namespace: 'shop', service: 'heron' })
  expect(watch.taken()).toEqual([])
})

it('a status page is made, tells an incident until it is over, and goes', async () => {
  const { page, watch } = tab
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  const told = async () =>
    (await world.ask<{ incidents: { title: string; state: string }[] }>('/status/by-hand')).incidents
  await page.goto('/status-pages/new')
  await field('Title').fill('By hand')
  await field('Name in the address').fill('by-hand')
  await field('Services').fill('shop/frog')
  watch.expectStatus(400)
  await press('Make the page')
  // The line lacks what the Service is called
  expect(await field('Services').getAttribute('aria-invalid')).toBe('true')
  await field('Services').fill('shop/frog = Search')
  await page.getByRole('checkbox', { name: /^Anybody may look/ }).check()
  await press('Make the page')
  await page.waitForURL(/\/status-pages\/stp_\w+$/)
  const { pathname } = new URL(page.url())
  await field('Title').fill('Search is slow')
  await field('What others are told').fill('We look into it.')
  await press('Announce')
  expect((await told()).find(({ title }) => title === 'Search is slow')).toMatchObject({ state: 'investigating' })
  await page.getByRole('link', { name: /^Tell how it went on/ }).click()
  await page.getByRole('radio', { name: 'Resolved' }).check()
  await field('What others are told').fill('It was the cache.')
  await press('Tell it')
  expect(await page.getByRole('article').first().innerText()).toContain('It was the cache.')
  await page.goto(`${pathname}/delete`)
  await press('Delete')
  await page.waitForURL(/\/status-pages$/)
  expect((await fetch(`${world.url}/status/by-hand`)).status).toBe(404)
  expect(watch.taken()).toEqual([])
})

/**
 * axe-core is a script itself: those of the pages alone are kept from them. As many pages as there is time for; with
 * `BROWSER_ALL=1` all.
 */
it.each(OURS.filter((_, at) => ALL || at % 5 === 0))('%s has no violation without its scripts', async (_path, row) => {
  const [address] = row.at(world.places)
  if (address !== undefined) {
    await scriptless.page.goto(address)
    expect(await violationsOf(scriptless.page)).toEqual([])
  }
})
