/** Puts what is served below `/docs/` into `dist/public`: the pages, and the API browser. Both runtimes serve it. */
import { cpSync, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

export function buildPages(): void {
  const out = join(root, 'dist/public')
  for (const folder of ['errors', 'failures', 'diagnoses']) {
    const from = join(root, 'docs', folder)
    if (existsSync(from)) {
      cpSync(from, join(out, folder), { recursive: true })
    }
  }
  const ui = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    cpSync(join(ui, file), join(out, 'ui', file))
  }
}

if (import.meta.main) {
  buildPages()
}
