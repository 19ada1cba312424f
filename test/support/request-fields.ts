import { OpenAPIHono } from '@hono/zod-openapi'
import { mountRoutes } from '../../src/api/app.ts'
import { openApiDocument } from '../../src/api/openapi.ts'
import type { ApiEnv } from '../../src/api/route.ts'

type Node = { readonly [key: string]: unknown }

const NUMBERS = ['integer', 'number', 'boolean', 'null']

/**
 * Every place of a request in which a text may stand, as the schemas of the routes have it: `HttpCheck.headers.*`,
 * `query cursor`, `header prefer`. What can only be a number, a truth value or one of a list is left out.
 */
export function requestFields(): string[] {
  const app = new OpenAPIHono<ApiEnv>()
  mountRoutes(app)
  const document = JSON.parse(JSON.stringify(openApiDocument(app, '0'))) as {
    paths: Record<string, Record<string, Operation>>
    components: Record<string, Record<string, Node>>
  }
  const found = new Set<string>()
  const seen = new Set<string>()
  const resolved = (node: Node): Node => {
    const [, , kind = '', name = ''] = String(node.$ref).split('/')
    return document.components[kind]?.[name] ?? {}
  }

  function walk(node: Node, at: string): void {
    if (typeof node.$ref === 'string') {
      const name = node.$ref.split('/').at(-1) ?? ''
      if (!seen.has(name)) {
        seen.add(name)
        walk(resolved(node), name)
      }
      return
    }
    const branches = ['oneOf', 'anyOf', 'allOf'].flatMap((kind) => (node[kind] as Node[] | undefined) ?? [])
    for (const branch of branches) {
      walk(branch, at)
    }
    const properties = Object.entries((node.properties as Record<string, Node> | undefined) ?? {})
    for (const [name, property] of properties) {
      walk(property, `${at}.${name}`)
    }
    if (isNode(node.items)) {
      walk(node.items, at)
    }
    if (isNode(node.additionalProperties)) {
      walk(node.additionalProperties, `${at}.*`)
    }
    const inner = branches.length + properties.length > 0 || isNode(node.items) || isNode(node.additionalProperties)
    if (!inner && !isClosed(node)) {
      found.add(at)
    }
  }

  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    for (const given of operation.parameters ?? []) {
      const parameter = (typeof given.$ref === 'string' ? resolved(given) : given) as Parameter
      walk(parameter.schema, `${parameter.in} ${parameter.name}`)
    }
    for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
      walk(schema, `body ${type}`)
    }
  }
  return [...found].toSorted()
}

type Parameter = { in: string; name: string; schema: Node }
type Operation = { parameters?: Node[]; requestBody?: { content: Record<string, { schema: Node }> } }

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** Text that stands there can be none, or one of a few. */
const isClosed = ({ type, enum: list, const: only }: Node): boolean => {
  const types = Array.isArray(type) ? type : [type]
  return list !== undefined || only !== undefined || types.every((each) => NUMBERS.includes(String(each)))
}
