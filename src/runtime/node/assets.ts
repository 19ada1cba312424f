import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Asset } from '../../api/deps.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.md': 'text/markdown; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.yaml': 'application/yaml',
}

/** By a name that no bundler follows: what renders Markdown stays out of the bundle. */
const FROM_SOURCES: string = './docs/from-sources.ts'

/** Files of the package uplot, which a build puts beside those of ours. */
const VENDORED: Readonly<Record<string, string>> = {
  'site/uplot.js': 'uPlot.esm.js',
  'site/uplot.css': 'uPlot.min.css',
}

/**
 * Files below `/docs/` and `/assets/`. From sources: `docs/`, `src/pages/browser/` and the package swagger-ui-dist;
 * from the bundle: `public/` beside it, where the build has put both.
 */
export function createAssets(here: string): (path: string) => Promise<Asset | null> {
  let fromSources: ((path: string) => string | null) | null = null
  const bundled = !fileURLToPath(here).endsWith('.ts')
  const folder = dirname(fileURLToPath(here))
  const locate = (path: string): string => {
    if (bundled) {
      return join(folder, 'public', path)
    }
    const vendored = VENDORED[path]
    if (vendored !== undefined) {
      return join(dirname(createRequire(here).resolve('uplot')), vendored)
    }
    if (path.startsWith('site/')) {
      return join(folder, '../../pages/browser', path.slice(5))
    }
    if (path.startsWith('examples/')) {
      return join(folder, '../../../', path)
    }
    if (!path.startsWith('ui/')) {
      return join(folder, '../../../docs', path)
    }
    return join(dirname(createRequire(here).resolve('swagger-ui-dist/package.json')), path.slice(3))
  }
  return async (path) => {
    const contentType = TYPES[extname(path)]
    if (contentType === undefined) {
      return null
    }
    if (extname(path) === '.json' && !bundled) {
      fromSources ??= (await import(FROM_SOURCES)).createDocsFromSources(locate(''))
      const body = fromSources?.(path) ?? null
      return body === null ? null : { body, contentType }
    }
    try {
      return { body: await readFile(locate(path), 'utf8'), contentType }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return null
      }
      throw error
    }
  }
}
