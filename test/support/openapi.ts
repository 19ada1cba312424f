import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { load } from 'js-yaml'

type Schema = Record<string, unknown>
type Media = { schema: Schema }
type Operation = { responses: Record<string, { content?: Record<string, Media> }> }

const document = load(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
  components: Schema
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema(closed({ $id: 'portolan', components: document.components }) as Schema)

/**
 * Responses may grow, but what we answer today must be documented: every object schema with properties is closed.
 */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) {
    return node.map(closed)
  }
  if (typeof node !== 'object' || node === null) {
    return node
  }
  const entries = Object.entries(node).map(([key, value]) => [key, closed(value)])
  const out = Object.fromEntries(entries) as Schema
  if (out.type === 'object' && 'properties' in out && !('additionalProperties' in out)) {
    out.additionalProperties = false
  }
  if (typeof out.$ref === 'string') {
    out.$ref = out.$ref.replace(/^#/, 'portolan#')
  }
  return out
}

const validators = new Map<string, ValidateFunction>()

function templateOf(path: string): string | undefined {
  const templates = Object.keys(document.paths)
  return templates
    .toSorted((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
    .find((template) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
}

/** Tells what of the answer `openapi.yaml` lacks: operation, status, content type or body. Empty: it matches. */
export async function mismatches(method: string, url: string, response: Response): Promise<string[]> {
  const { pathname } = new URL(url)
  const template = templateOf(pathname)
  // What is no route of ours is answered by the catch-all problem; who may not ask is not told that it is none.
  if (template === undefined) {
    const told = `${pathname} is not in openapi.yaml`
    return isPageOfProblem(pathname, response) ? [] : refused(response, 404, told)
  }
  const operation = document.paths[template]?.[method.toLowerCase()]
  if (operation === undefined) {
    return refused(response, 405, `${method} ${template} is not in openapi.yaml`)
  }
  const where = `${method} ${template} ${response.status}`
  const described = operation.responses[String(response.status)]
  if (described === undefined) {
    return [`${where} is not in openapi.yaml`]
  }
  const type = response.headers.get('content-type')?.split(';')[0]
  if (described.content === undefined) {
    return type === undefined ? [] : [`${where} has a body of ${type}`]
  }
  const media = described.content[type ?? '']
  if (media === undefined) {
    return [`${where} as ${type} is not in openapi.yaml`]
  }
  if (type !== 'application/json' && type !== 'application/problem+json') {
    return []
  }
  return unlike(media.schema, where, `${where} ${type}`, response)
}

/** Beside the API there are pages: people are told on a page what is neither, and led to the login first. */
const isPageOfProblem = (pathname: string, { status, headers }: Response): boolean =>
  !pathname.startsWith('/v1/') &&
  (headers.get('location')?.startsWith('/login') ||
    ([404, ...REFUSED_BEFORE].includes(status) && headers.get('content-type')?.startsWith('text/html'))) === true

/** Before it is known what is asked for: no token, the page of another site, too many requests, headers too large, too much to do. */
const REFUSED_BEFORE = [400, 401, 403, 429, 431, 503]

/** What the document does not have is refused by a problem. */
async function refused(response: Response, expected: number, told: string): Promise<string[]> {
  const { status } = response
  if (status !== expected && !REFUSED_BEFORE.includes(status)) {
    return [`${told}: ${status}`]
  }
  const type = response.headers.get('content-type')?.split(';')[0]
  return type === 'application/problem+json'
    ? unlike({ $ref: '#/components/schemas/Problem' }, told, 'problem', response)
    : [`${told}: refused as ${type}`]
}

async function unlike(schema: Schema, where: string, key: string, response: Response): Promise<string[]> {
  const validate = validators.get(key) ?? ajv.compile(closed(schema) as Schema)
  validators.set(key, validate)
  if (validate(await response.clone().json())) {
    return []
  }
  return (validate.errors ?? []).map(
    (error) => `${where}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
  )
}
