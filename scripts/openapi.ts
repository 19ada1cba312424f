/**
 * Writes `openapi.yaml`, and the table of scopes in docs/guides/access.md, from the routes; with `--check`, fails where
 * a committed file is not what the routes say.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { OpenAPIHono } from '@hono/zod-openapi'
import { dump } from 'js-yaml'
import { mountRoutes } from '../src/api/app.ts'
import { openApiDocument } from '../src/api/openapi.ts'
import type { ApiEnv } from '../src/api/route.ts'
import { VERSION } from '../src/runtime/version.ts'
import { withScopesTable } from './scopes-table.ts'

const root = new URL('../', import.meta.url)
const app = new OpenAPIHono<ApiEnv>()
mountRoutes(app)
const document = openApiDocument(app, VERSION)
const yaml = `# Written by \`npm run openapi\` from the routes in src/api; do not edit.\n${dump(document, { noRefs: true, lineWidth: 120 })}`
const GUIDE = 'docs/guides/access.md'
const files = {
  'openapi.yaml': () => yaml,
  [GUIDE]: () => withScopesTable(readFileSync(new URL(GUIDE, root), 'utf8'), document),
}

for (const [name, textOf] of Object.entries(files)) {
  const file = new URL(name, root)
  const text = textOf()
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text)
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${name} is not what the routes say: run \`npm run openapi\` and commit the file.`)
    process.exitCode = 1
  }
}
