/**
 * A page of a job that runs follows it, without being loaded again, until it ends, or until whoever looks may not any more.
 *
 * @module
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { loopbackService } from '../support/loopback-service.ts'
import { type Pod, startPod } from '../support/toad.ts'
import { logIn, startChromium, tabOf } from './chromium.ts'
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

/** A job whose target answers nothing until it is let. */
async function heldJob(name: string): Promise<{ id: string; pod: Pod; let(): void }> {
  const held: (() => void)[] = []
  let isLet = false
  const pod = await startPod(name, '127.0.0.1', (_, response) => {
    const answer = () => void response.end('here\n')
    isLet ? answer() : held.push(answer)
  })
  onTestFinished(() => pod.close())
  const { id } = await server.ask<{ id: string }>('/v1/jobs', {
    json: {
      ...{ target: { manifests: loopbackService(pod.port, { name }) }, vantage: 'outside', timeoutMs: 60_000 },
      ...{ deadlineMs: 90_000, checks: [{ name: 'web', type: 'http' }] },
    },
  })
  return {
    ...{ id, pod },
    let() {
      isLet = true
      for (const answer of held.splice(0)) {
        answer()
      }
    },
  }
}

/** How often a page has been loaded. */
function loadsOf(page: Page): () => number {
  let loads = 0
  page.on('load', () => loads++)
  return () => loads
}

it('shows what becomes of a job, and how it has ended', async () => {
  const job = await heldJob('heron')
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
  const job = await heldJob('newt')
  const made = await server.ask<{ id: string; token: string }>('/v1/tokens', {
    json: { name: 'reader', scopes: ['jobs:read'] },
  })
  const tab = await tabOf(browser, server.url)
  await logIn(tab, made.token)
  await tab.page.goto(`/jobs/${job.id}`)
  await server.ask(`/v1/tokens/${made.id}`, { method: 'DELETE' })
  const fromMs = performance.now()
  await tab.page
    .getByText(/not logged in any more/i)
    .first()
    .waitFor({ timeout: 3 * REVOKED_MS })
  expect(performance.now() - fromMs).toBeLessThan(REVOKED_MS + 1000)
  job.let()
})
