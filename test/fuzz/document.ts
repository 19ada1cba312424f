/** What `openapi.yaml` says of requests: its operations, and what can be generated from their schemas. */
import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'

/** Keywords of JSON Schema that the document uses for requests. */
export type Schema = {
  $ref?: string
  type?: string | readonly string[]
  enum?: readonly unknown[]
  const?: unknown
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  allOf?: readonly Schema[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  example?: unknown
}

export type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }

type Media = { schema?: Schema; example?: unknown; examples?: Readonly<Record<string, { value: unknown }>> }

export type Operation = {
  operationId: string
  method: string
  /** `/v1/jobs/{id}` */
  path: string
  parameters: readonly Parameter[]
  /** `null`: it takes no body as JSON. */
  body: Schema | null
  /** Whole bodies that the document shows. */
  examples: readonly unknown[]
}

type Document = {
  paths: Record<string, Record<string, RawOperation>>
  components: { schemas: Record<string, Schema>; parameters?: Record<string, Parameter> }
}

type RawOperation = {
  operationId: string
  parameters?: readonly (Parameter | { $ref: string })[]
  requestBody?: { content: Record<string, Media> }
}

const document = load(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as Document

/** What a reference names; anything else is itself. */
export function resolved<T extends object>(node: T): T {
  if (!('$ref' in node) || typeof node.$ref !== 'string') {
    return node
  }
  const found = node.$ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((inside, key) => (inside as Record<string, unknown>)[key], document)
  if (typeof found !== 'object' || found === null) {
    throw new Error(`openapi.yaml has no ${node.$ref}`)
  }
  return found as T
}

export const OPERATIONS: readonly Operation[] = Object.entries(document.paths).flatMap(([path, byMethod]) =>
  Object.entries(byMethod).map(([method, { operationId, parameters = [], requestBody }]) => {
    const json = requestBody?.content['application/json']
    const shown = json?.schema ? resolved(json.schema).example : undefined
    return {
      operationId,
      method: method.toUpperCase(),
      path,
      parameters: parameters.map((parameter) => resolved(parameter as Parameter)),
      body: json?.schema ?? null,
      examples: [json?.example, shown, ...Object.values(json?.examples ?? {}).map(({ value }) => value)].filter(
        (example) => example !== undefined,
      ),
    }
  }),
)
