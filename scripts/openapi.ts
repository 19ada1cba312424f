/** Writes `openapi.yaml` from the routes; with `--check`, fails where the committed file is not what the routes say. */
import { readFileSync, writeFileSync } from 'node:fs'
import { OpenAPIHono } from '@hono/zod-openapi'
import { dump } from 'js-yaml'
import { mountRoutes } from '../src/api/app.ts'
import { openApiDocument } from '../src/api/openapi.ts'
import type { ApiEnv } from '../src/api/route.ts'
import { VERSION } from '../src/runtime/version.ts'

const file = new URL('../openapi.yaml', import.meta.url)
const app = new OpenAPIHono<ApiEnv>()
mountRoutes(app)
const text = `# Written by \`npm run openapi\` from the routes in src/api; do not edit.\n${dump(openApiDocument(app, VERSION), { noRefs: true, lineWidth: 120 })}`

if (!process.argv.includes('--check')) {
  writeFileSync(file, text)
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('openapi.yaml is not what the routes say: run `npm run openapi` and commit the file.')
  process.exit(1)
}
