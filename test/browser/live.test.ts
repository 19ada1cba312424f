/**
 * A page of a job that runs follows it, without being loaded again, until it ends, or until whoever looks may not any more.
 *
 * @module
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { logIn, startChromium, tabOf } from './chromium.ts'
import { heldJob } from './worlds/held-job.ts'
import { ADMIN, startServer } from './worlds/world.ts'

/** Milliseconds until a token that is revoked has no effect anywhere: the API's promise. */
const REVOKED_MS = 5_000

let browser: Browser
let server: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  ;[browser, server] = await Promise.all([startChromium(), startServer()])
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

/** How often a page has been loaded. */
function loadsOf(page: Page): () => number {
  let loads = 0
  page.on('load', () => loads++)
  return () => loads
}

it('shows what becomes of a job, and how it has ended', async () => {
  const job = await heldJob(server, 'heron')
  const tab = await tabOf(browser, server.url)
  await logIn(tab, ADMIN)
  const loads = loadsOf(tab.page)
  await tab.page.goto(`/jobs/${job.id}`)
  const state = tab.page.getByRole('heading', { level: 1 })
  expect(await state.innerText()).toMatch(/running|queued/i)
  job.let()
  await tab.page.getByRole('heading', { level: 1, name: /pass/i }).waitFor()
  expect({ loads: loads(), wrong: tab.watch.taken() }).toEqual({ loads: 1, wrong: [] })
})

it('stops within 5 s once its reader is logged out by others, and says so', async () => {
  const job = await heldJob(server, 'newt')
  const made = await server.ask<{ id: string; token: string }>('/v1/tokens', {
    json: { name: 'reader', scopes: ['jobs:read'] },
  })
  const tab = await tabOf(browser, server.url)
  await logIn(tab, made.token)
  await tab.page.goto(`/jobs/${job.id}`)
  await server.ask(`/v1/tokens/${made.id}`, { method: 'DELETE' })
  const fromMs = performance.now()
  await tab.page
    .getByText(/no longer logged in/i)
    .first()
    .waitFor({ timeout: 3 * REVOKED_MS })
  expect(performance.now() - fromMs).toBeLessThan(REVOKED_MS + 1000)
  job.let()
})
