/** `/openapi.json`, `/openapi.yaml`, `/docs`: all served from here, nothing from elsewhere. */
import { z } from '@hono/zod-openapi'
import { dump } from 'js-yaml'
import { ProblemError } from '../../lib/problem.ts'
import { answerJson } from '../json.ts'
import { openApiDocument, TITLE } from '../openapi.ts'
import { problems } from '../problem.ts'
import { type Api, type ApiContext, answersAnybody, mount } from '../route.ts'
import { DOC_FOLDERS, docPath } from './doc-pages.ts'
import { queryWords, readDoc, searchDocs } from './search.ts'

const open = { tags: ['Documentation'], scope: 'docs' as const }

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
        ...problems(),
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
        ...problems(),
      },
    },
    (context) =>
      context.body(dump(document(context), { noRefs: true, lineWidth: 120 }), 200, {
        'content-type': 'application/yaml',
      }),
  )
  // For people who open the address in a browser: no part of the contract.
  app.get(
    '/',
    answersAnybody((context: ApiContext) => context.redirect('/docs')),
  )
  mount(
    app,
    {
      ...open,
      method: 'get',
      path: '/docs/api',
      operationId: 'getDocs',
      summary: 'A browser for this API',
      responses: {
        200: { description: 'A page', content: { 'text/html': { schema: z.string() } } },
        ...problems(),
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
      path: '/docs/search',
      operationId: 'searchDocs',
      summary: 'Search the documentation',
      description: 'Finds pages by the words of `q`, the best first, each with an excerpt.',
      query: SearchQuery,
      responses: {
        200: {
          description: 'The pages',
          content: { 'application/json': { schema: DocHitsSchema }, 'text/html': { schema: z.string() } },
        },
        ...problems('invalid_request'),
      },
    },
    async (context, { query: { q, limit } }) => answerJson(context, await hitsOf(context, q, limit)),
  )
  mount(
    app,
    {
      ...open,
      method: 'get',
      path: '/docs',
      operationId: 'getDocsIndex',
      summary: 'The index of the documentation',
      description: TO_READ,
      responses: textAnswers,
    },
    (context) => answerPage(context, 'README'),
  )
  mount(
    app,
    {
      ...open,
      method: 'get',
      path: '/docs/{page}',
      operationId: 'getDocsPage',
      summary: 'A page of the documentation that is in no folder',
      description: TO_READ,
      params: z.object({ page: z.string() }),
      responses: textAnswers,
    },
    (context, { params }) => answerPage(context, params.page),
  )
  mount(
    app,
    {
      ...open,
      method: 'get',
      path: '/docs/{folder}/{file}',
      operationId: 'getDocsFile',
      summary: 'A guide; a page about a problem, a failure or a diagnosis; or a file of the browser for this API',
      description: TO_READ,
      params: z.object({ folder: z.enum([...DOC_FOLDERS, 'ui']), file: z.string() }),
      responses: {
        200: {
          description: 'The file',
          content: {
            ...textAnswers[200].content,
            'text/css': { schema: z.string() },
            'text/javascript': { schema: z.string() },
          },
        },
        302: textAnswers[302],
        ...problems('not_found'),
      },
    },
    async (context, { params: { folder, file } }) => {
      if (folder !== 'ui') {
        return answerPage(context, `${folder}/${file}`)
      }
      if (file === 'start.js') {
        return context.body(START, 200, { 'content-type': 'text/javascript' })
      }
      const asset = /^[a-z0-9-]+\.[a-z]+$/.test(file) ? await context.get('deps').asset(`ui/${file}`) : null
      if (asset === null) {
        throw noPage(context)
      }
      return context.body(asset.body, 200, { 'content-type': asset.contentType, 'cache-control': KEPT })
    },
  )
}

const TO_READ =
  'A page is plain text under its name, and Markdown with `.md`. A client whose `Accept` names `text/html` gets HTML.'
const KEPT = 'max-age=3600'

const textAnswers = {
  200: {
    description: 'The page',
    content: {
      'text/markdown': { schema: z.string() },
      'text/plain': { schema: z.string() },
      'text/html': { schema: z.string() },
    },
  },
  302: { description: 'From the Markdown to the page, for a client that names `text/html`' },
  ...problems('not_found'),
}

/** Without its suffix a page is meant to be read, and plain text is shown by everything. */
async function answerPage(context: ApiContext, name: string): Promise<Response> {
  const { asset } = context.get('deps')
  const [, page = name, suffix] = /^(.+)(\.md)$/.exec(name) ?? []
  const text = await readDoc(asset, page)
  if (text === null) {
    throw noPage(context)
  }
  const type = suffix === undefined ? 'text/plain; charset=utf-8' : 'text/markdown; charset=utf-8'
  return context.body(text, 200, { 'content-type': type, 'cache-control': KEPT, vary: 'accept' })
}

const noPage = (context: ApiContext): ProblemError =>
  new ProblemError(
    'not_found',
    `There is no ${context.req.path.slice(0, 200)}. /docs has all pages, /docs/search?q= finds them.`,
  )

async function hitsOf(context: ApiContext, q: string, limit: number): Promise<DocHits> {
  const hits = await searchDocs(context.get('deps').asset, q, limit)
  return {
    query: q,
    words: queryWords(q),
    pages: hits.map(({ page, title, section, excerpt }) => ({
      ...{ page, title, section, excerpt },
      path: docPath(page) + (section === null ? '' : `#${section.id}`),
    })),
  }
}

const SearchQuery = z.strictObject({
  q: z.string().min(1).max(300).openapi({ description: 'A code, like `connection_refused`, or a few words' }),
  limit: z.coerce.number().int().min(1).max(20).default(10).openapi({ type: 'integer', minimum: 1, maximum: 20 }),
})

const DocHitsSchema = z
  .object({
    query: z.string(),
    words: z.array(z.string()).openapi({ description: 'The words that were searched for' }),
    pages: z.array(
      z.object({
        page: z.string().openapi({ example: 'failures/connection_refused' }),
        title: z.string(),
        section: z
          .object({ id: z.string(), title: z.string() })
          .nullable()
          .openapi({ description: 'The section of the page that has the excerpt; `null`: its beginning' }),
        excerpt: z.string(),
        path: z.string().openapi({ description: 'Of this server', example: '/docs/failures/connection_refused' }),
      }),
    ),
  })
  .openapi('DocHits')
type DocHits = z.output<typeof DocHitsSchema>

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${TITLE} API</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/ui/swagger-ui.css">
</head>
<body>
<div id="ui"></div>
<noscript>The document itself: <a href="/openapi.yaml">openapi.yaml</a>. <a href="/docs">The documentation</a></noscript>
<script src="/docs/ui/swagger-ui-bundle.js"></script>
<script src="/docs/ui/start.js"></script>
</body>
</html>
`

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, validatorUrl: null })\n`
