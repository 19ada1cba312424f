/**
 * Serves what pages load, all from this server: files of `src/pages/browser/`, under addresses that change with their
 * content, so that browsers may keep them for ever.
 *
 * @module
 */
import type { Deps } from '../api/deps.ts'
import type { Api, ApiContext } from '../api/route.ts'
import { answersAnybody } from '../api/route.ts'
import { sha256Hex } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'

/** Each file that pages may load; `Deps.asset` knows it below `site/`. */
const BROWSER_FILES = [
  'site.css',
  'site.js',
  'icon.svg',
  // By name, each on a line of its own.
  'admin.css',
  'docs.css',
  'findings.css',
  'job.css',
  'job.js',
  'live.js',
  'map.css',
  'plot.js',
  'print.css',
  'service.css',
  'services.css',
  'status.css',
  'try.css',
  'try.js',
  'uplot.css',
  'uplot.js',
] as const
export type BrowserFile = (typeof BROWSER_FILES)[number]

type Loaded = { text: string; contentType: string; hash: string }
const loaded = new Map<string, Loaded>()

async function load(asset: Deps['asset'], name: string): Promise<Loaded | null> {
  const known = loaded.get(name)
  if (known !== undefined) {
    return known
  }
  const found = BROWSER_FILES.some((each) => each === name) ? await asset(`site/${name}`) : null
  if (found === null) {
    return null
  }
  const text = await new Response(found.body).text()
  const file = { text, contentType: found.contentType, hash: sha256Hex(text).slice(0, 16) }
  loaded.set(name, file)
  return file
}

/** The address of a file, by its name. */
export type Addresses = Readonly<Record<string, string>>

/** Looks up the addresses of what every page loads, and of what this one does. */
export async function addressesOf(asset: Deps['asset'], more: readonly BrowserFile[]): Promise<Addresses> {
  const names = [...new Set<BrowserFile>(['site.css', 'site.js', 'icon.svg', ...more, 'print.css'])]
  const entries = await Promise.all(
    names.map(async (name) => [name, `/assets/${name}?v=${(await load(asset, name))?.hash ?? ''}`] as const),
  )
  return Object.fromEntries(entries)
}

const A_DAY = 'public, max-age=86400'

async function answerFile(context: ApiContext, name: string, cacheFor: (isOfNow: boolean) => string) {
  const file = await load(context.get('deps').asset, name)
  if (file === null) {
    throw new ProblemError('not_found', `There is no ${context.req.path.slice(0, 200)}.`)
  }
  const isOfNow = context.req.query('v') === file.hash
  return context.body(file.text, 200, { 'content-type': file.contentType, 'cache-control': cacheFor(isOfNow) })
}

export function mountAssets(app: Api): void {
  app.get(
    '/assets/:name',
    answersAnybody((context: ApiContext) => {
      const name = context.req.param('name') ?? ''
      return answerFile(context, name, (isOfNow) => (isOfNow ? 'public, max-age=31536000, immutable' : 'no-cache'))
    }),
  )
  // Browsers ask for it wherever no page names another: beside a text, a picture, the API browser
  app.get(
    '/favicon.ico',
    answersAnybody((context: ApiContext) => answerFile(context, 'icon.svg', () => A_DAY)),
  )
  app.get(
    '/robots.txt',
    answersAnybody((context: ApiContext) => context.text(ROBOTS, 200, { 'cache-control': A_DAY })),
  )
}

/**
 * Tells search engines what to read: status pages, each of which says by itself whether it may be listed, and nothing
 * else of a server.
 */
const ROBOTS = `User-agent: *
Allow: /status/
Allow: /assets/
Disallow: /
`
