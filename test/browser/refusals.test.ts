/**
 * Pages that have nothing to show, or refuse: a new server, a token that may not, a form that was filled in wrongly. They
 * are as good as the others, with texts of twice the size too.
 *
 * @module
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { violationsOf } from './axe.ts'
import { logIn, openTab, startChromium, type Tab, tabOf } from './chromium.ts'
import { enlarge, focused, tooWide } from './in-page.js'
import { PAGES } from './pages.ts'
import { ADMIN, NO_PLACES, startServer } from './worlds/world.ts'

let browser: Browser
let server: Awaited<ReturnType<typeof startServer>>
let tab: Tab
beforeAll(async () => {
  ;[browser, server] = await Promise.all([startChromium(), startServer()])
  tab = await openTab(browser, server.url)
  await logIn(tab, ADMIN)
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

/** What is wrong with the page as it stands. */
async function wrongOf({ page, watch }: Tab): Promise<string[]> {
  const violations = await violationsOf(page)
  await page.evaluate(enlarge)
  return [...violations, ...(await page.evaluate(tooWide)), ...watch.taken()]
}

/** The pages of a server that has recorded nothing. */
const EMPTY = Object.entries(PAGES).flatMap(([path, { at, isFixed, status }]) =>
  isFixed === true || status !== undefined
    ? []
    : at(NO_PLACES)
        .slice(0, 1)
        .map((address) => ({ path, address })),
)

it.each(EMPTY)('$path of a new server', async ({ address }) => {
  await tab.page.goto(address)
  expect(await wrongOf(tab)).toEqual([])
  expect((await tab.page.getByRole('main').innerText()).split('\n').length).toBeGreaterThan(1)
})

it.each(['/tokens', '/audit', '/status-pages/new', '/schedules/new'])(
  '%s says what a token may not',
  async (address) => {
    const { token } = await server.ask<{ token: string }>('/v1/tokens', {
      json: { name: 'reader', scopes: ['reports:read'] },
    })
    const reader = await tabOf(browser, server.url)
    await logIn(reader, token)
    reader.watch.expectStatus(403)
    const response = await reader.page.goto(address)
    expect([response?.status(), await wrongOf(reader)]).toEqual([403, []])
    expect(await reader.page.getByRole('main').innerText()).toMatch(/scope/)
  },
)

it.each(['/jobs/job_none', '/schedules/sch_none', '/no-such-page', '/docs/none'])(
  '%s is not there',
  async (address) => {
    tab.watch.expectStatus(404)
    const response = await tab.page.goto(address)
    expect([response?.status(), await wrongOf(tab)]).toEqual([404, []])
  },
)

/** Forms, with what is typed wrongly. */
const FORMS: readonly { address: string; fields: Readonly<Record<string, string>>; button: string; wrong: string }[] = [
  { address: '/tokens/new', fields: { Name: 'x', Expires: 'soon' }, button: 'Make the token', wrong: 'Expires' },
  { address: '/schedules/new', fields: { Name: 'x', When: 'at times' }, button: 'Make the schedule', wrong: 'When' },
  {
    ...{ address: '/status-pages/new', button: 'Make the page', wrong: 'Services' },
    fields: { Title: 'x', Services: 'frog' },
  },
]

it.each(FORMS)('$address leads from what is wrong to the field', async ({ address, fields, button, wrong }) => {
  const { page, watch } = tab
  await page.goto(address)
  for (const [name, text] of Object.entries(fields)) {
    await page.getByRole('textbox', { name, exact: true }).fill(text)
  }
  watch.expectStatus(400)
  watch.expectStatus(422)
  await page.getByRole('main').getByRole('button', { name: button }).first().click()
  const alert = page.getByRole('alert').first()
  await alert.waitFor()
  expect(await violationsOf(page)).toEqual([])
  const field = page.getByRole('textbox', { name: wrong, exact: true })
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  const id = await field.getAttribute('id')
  await alert.locator(`a[href="#${id}"]`).first().focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Tab')
  expect((await page.evaluate(focused))?.html).toContain(`id="${id}"`)
  await page.evaluate(enlarge)
  expect([...(await page.evaluate(tooWide)), ...watch.taken()]).toEqual([])
})
