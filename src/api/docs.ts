/** `/openapi.json`, `/openapi.yaml`, `/docs`: all served from here, nothing from elsewhere. */
import { z } from '@hono/zod-openapi'
import { dump } from 'js-yaml'
import { ProblemError } from '../lib/problem.ts'
import { answerJson } from './json.ts'
import { openApiDocument, TITLE } from './openapi.ts'
import { openProblems } from './problem.ts'
import { type Api, type ApiContext, mount } from './route.ts'

const open = { tags: ['Documentation'], security: [] as [] }

export function mountDocs(app: Api): void {
  // Made once, at the first request: all routes are mounted by then.
  let made: ReturnType<typeof openApiDocument> | null = null
  const document = (context: ApiContext) => {
    made ??= openApiDocument(app, context.get('deps').settings.version)
    return made
  }

  mount(
    app,
    {
      ...open,
      method: 'get',
      path: '/openapi.json',
      operationId: 'getOpenApiJson',
      summary: 'This document, as JSON',
      responses: {
        200: {
          description: 'OpenAPI 3.1',
          content: { 'application/json': { schema: z.record(z.string(), z.unknown()) } },
        },
        ...openProblems(),
      },
    },
    (context) => answerJson(context, document(context)),
  )
  mount(
    app,
    {
      ...open,
      method: 'get',
      path: '/openapi.yaml',
      operationId: 'getOpenApiYaml',
      summary: 'This document, as YAML',
      responses: {
        200: { description: 'OpenAPI 3.1', content: { 'application/yaml': { schema: z.string() } } },
        ...openProblems(),
      },
    },
    (context) =>
      context.body(dump(document(context), { noRefs: true, lineWidth: 120 }), 200, {
        'content-type': 'application/yaml',
      }),
  )
  // For people who open the address in a browser: no part of the contract.
  app.get('/', (context) => context.redirect('/docs'))
  mount(
    app,
    {
      ...open,
      method: 'get',
      path: '/docs',
      operationId: 'getDocs',
      summary: 'A browser for this API',
      responses: {
        200: { description: 'A page', content: { 'text/html': { schema: z.string() } } },
        ...openProblems(),
      },
    },
    (context) => {
      context.header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
      )
      return context.html(PAGE)
    },
  )
  mount(
    app,
    {
      ...open,
      method: 'get',
      path: '/docs/{folder}/{file}',
      operationId: 'getDocsFile',
      summary: 'A page about a problem, a failure or a diagnosis; or a part of /docs',
      description: 'A page by its code is plain text, to be read in a browser; with `.md` it is Markdown.',
      params: z.object({ folder: z.enum(['errors', 'failures', 'diagnoses', 'ui']), file: z.string() }),
      responses: {
        200: {
          description: 'The file',
          content: {
            'text/markdown': { schema: z.string() },
            'text/plain': { schema: z.string() },
            'text/css': { schema: z.string() },
            'text/javascript': { schema: z.string() },
          },
        },
        ...openProblems('not_found'),
      },
    },
    async (context, { params }) => {
      if (params.folder === 'ui' && params.file === 'start.js') {
        return context.body(START, 200, { 'content-type': 'text/javascript' })
      }
      const known = /^(README|[a-z0-9_-]+)(\.[a-z]+)?$/.test(params.file)
      // Without its suffix a page is meant to be read, and plain text is shown by every browser.
      const toRead = known && params.folder !== 'ui' && !params.file.includes('.')
      const name = toRead ? `${params.file}.md` : params.file
      const asset = known ? await context.get('deps').asset(`${params.folder}/${name}`) : null
      if (asset === null) {
        throw new ProblemError('not_found', `There is no ${context.req.path}.`)
      }
      const contentType = toRead ? 'text/plain; charset=utf-8' : asset.contentType
      return context.body(asset.body, 200, { 'content-type': contentType, 'cache-control': 'max-age=3600' })
    },
  )
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${TITLE} API</title>
<link rel="stylesheet" href="/docs/ui/swagger-ui.css">
</head>
<body>
<div id="ui"></div>
<noscript>The document itself: <a href="/openapi.yaml">openapi.yaml</a></noscript>
<script src="/docs/ui/swagger-ui-bundle.js"></script>
<script src="/docs/ui/start.js"></script>
</body>
</html>
`

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, validatorUrl: null })\n`
