/**
 * Debian's Chromium, driven over its own protocol: nothing is downloaded, and what is looked at is what people have.
 *
 * @module
 */
import { join } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { type Watch, watch } from './watch.ts'

/** `npm run test:browser` says where it is; scripts/run-suite.ts has found out that it is there. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** What is looked at closely by everybody: with `BROWSER_ALL=1` every page in every way, else each in some of them. */
export const ALL = process.env.BROWSER_ALL === '1'

/** Pictures and prints are left there, which CI keeps. */
export const PICTURES = join(process.env.TEST_RESULTS ?? join(import.meta.dirname, '../../test-results'), 'screenshots')

export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    // Debian's file is a script, which warns of what is not its own. Root may have no sandbox.
    args: ['--disable-gpu', '--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })

export type Theme = 'light' | 'dark'
export const THEMES: readonly Theme[] = ['light', 'dark']

/** A phone, a laptop, the wall. */
export const WIDTHS = [360, 1280, 2560] as const
export type Width = (typeof WIDTHS)[number]

export const heightOf = (width: number): number => (width < 600 ? 740 : width < 2000 ? 800 : 1440)

export type Tab = { page: Page; context: BrowserContext; watch: Watch }

/** A page of its own, with cookies of its own, that is watched. */
export async function openTab(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({
    ...{ baseURL: url, locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' },
    ...{ viewport: { width: 1280, height: heightOf(1280) } },
    ...options,
  })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  return { page, context, watch: await watch(page, url) }
}

/** {@link openTab} for one test. */
export async function tabOf(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const tab = await openTab(browser, url, options)
  onTestFinished(() => tab.context.close())
  return tab
}

/** Logs in as people do, on the form. */
export async function logIn({ page }: Tab, token: string): Promise<void> {
  await page.goto('/login')
  await page.getByRole('textbox', { name: /token/i }).fill(token)
  await page.getByRole('button', { name: /log in/i }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
}
