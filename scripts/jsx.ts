/**
 * Lets Node run the pages from their sources: `node --import ./scripts/jsx.ts …`. Node strips types by itself, and knows
 * no JSX. A built server needs nothing of this.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('.tsx')) {
      return nextLoad(url, context)
    }
    const source = transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
      ...{ loader: 'tsx', jsx: 'automatic', jsxImportSource: 'hono/jsx', sourcemap: 'inline', sourcefile: url },
    }).code
    return { format: 'module', source, shortCircuit: true }
  },
})
