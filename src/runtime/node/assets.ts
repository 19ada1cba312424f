import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Asset } from '../../api/deps.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.md': 'text/markdown; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/**
 * Files below `/docs/`. From sources: `docs/` and the package swagger-ui-dist; from the bundle: `public/` beside it,
 * where the build has put both.
 */
export function createAssets(here: string): (path: string) => Promise<Asset | null> {
  const bundled = !fileURLToPath(here).endsWith('.ts')
  const folder = dirname(fileURLToPath(here))
  const locate = (path: string): string => {
    if (bundled) {
      return join(folder, 'public', path)
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
