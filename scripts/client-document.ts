/**
 * What the client's types are made of: the document of the API without what the client tells by itself (refusals, which
 * are one class of errors, and headers of answers), and with two sides. A property that has a default may be left out of
 * a request and is always there in an answer, so a schema that stands on both sides becomes two.
 *
 * @module
 */

export type Json = { [key: string]: Json | undefined } | Json[] | string | number | boolean | null
export type Node = { [key: string]: Json | undefined }

export type Operation = {
  operationId: string
  summary: string
  description?: string
  parameters?: { name: string; in: 'query' | 'header' | 'path'; required?: boolean; schema: Node }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Node }> }
  responses: Record<string, { description: string; headers?: Node; content?: Record<string, { schema: Node }> }>
}

export type ApiDocument = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Node> }
}

const IN_SCHEMAS = '#/components/schemas/'

/** The name of a schema as it is answered, where requests have it too. */
const answered = (name: string): string => `Answered${name}`

/** Statuses of answers that are no refusals; 424 has the same body as 200. */
export const isAnswer = (status: string): boolean => Number(status) < 400

/** Each operation of a document with its method and path, in the document's order. */
export const operationsOf = (document: ApiDocument) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )

/** Returns the document to make types of. */
export function clientDocument(document: ApiDocument): ApiDocument {
  const { schemas } = document.components
  const all = operationsOf(document).map(({ operation }) => operation)
  const requested = namesIn(
    all.map(({ requestBody }) => (requestBody ?? null) as Json),
    schemas,
  )
  const inAnswers = namesIn(
    all.map(({ responses }) => answersOf(responses) as Json),
    schemas,
  )
  // What every refusal is, named by none of the answers.
  inAnswers.add('Problem')

  const hasSides = (name: string) =>
    requested.has(name) &&
    [name, ...namesIn(schemas[name], schemas)].some((each) => hasDefault(schemas[each]) || holdsDefault(schemas[each]))
  const nameInAnswers = (name: string) => (hasSides(name) ? answered(name) : name)
  const isAlways = (schema: Json | undefined): boolean =>
    hasDefault(schema) || hasDefault(schemas[schemaName(schema ?? null) ?? ''])
  const toAnswer = (node: Json | undefined): Json | undefined => asAnswered(node, { nameInAnswers, isAlways })
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [
          method,
          { ...operation, responses: toAnswer(answersOf(operation.responses) as Json) as Operation['responses'] },
        ]),
      ),
    ]),
  )
  const named = Object.entries(schemas).flatMap(([name, schema]) => [
    ...(requested.has(name) ? [[name, schema] as const] : []),
    ...(inAnswers.has(name) ? [[nameInAnswers(name), toAnswer(schema) as Node] as const] : []),
  ])
  return { ...document, paths, components: { schemas: Object.fromEntries(named) } }
}

const answersOf = (responses: Operation['responses']): Operation['responses'] =>
  Object.fromEntries(
    Object.entries(responses)
      .filter(([status]) => isAnswer(status))
      .map(([status, { headers: _, ...response }]) => [status, response]),
  )

/** The names of all schemas that something refers to, directly or by others. */
function namesIn(node: Json | undefined, schemas: Record<string, Node>, found = new Set<string>()): Set<string> {
  if (typeof node === 'object' && node !== null) {
    const name = schemaName(node)
    if (name !== null && !found.has(name)) {
      found.add(name)
      namesIn(schemas[name], schemas, found)
    }
    for (const each of Object.values(node)) {
      namesIn(each, schemas, found)
    }
  }
  return found
}

const schemaName = (node: Json): string | null => {
  const ref = typeof node === 'object' && node !== null && !Array.isArray(node) ? node.$ref : undefined
  return typeof ref === 'string' && ref.startsWith(IN_SCHEMAS) ? ref.slice(IN_SCHEMAS.length) : null
}

type Sides = {
  nameInAnswers(name: string): string
  /** Answers always have a property of this schema. */
  isAlways(schema: Json | undefined): boolean
}

function asAnswered(node: Json | undefined, sides: Sides): Json | undefined {
  if (typeof node === 'string' && node.startsWith(IN_SCHEMAS)) {
    return IN_SCHEMAS + sides.nameInAnswers(node.slice(IN_SCHEMAS.length))
  }
  if (Array.isArray(node)) {
    return node.map((each) => asAnswered(each, sides) ?? null)
  }
  if (typeof node !== 'object' || node === null) {
    return node
  }
  const copy: Node = Object.fromEntries(Object.entries(node).map(([key, each]) => [key, asAnswered(each, sides)]))
  const { properties } = node
  if (typeof properties === 'object' && properties !== null && !Array.isArray(properties)) {
    const always = Object.entries(properties).flatMap(([name, schema]) => (sides.isAlways(schema) ? [name] : []))
    const required = Array.isArray(copy.required) ? copy.required : []
    return { ...copy, required: [...new Set([...required, ...always])] }
  }
  return copy
}

const holdsDefault = (node: Json | undefined): boolean =>
  typeof node === 'object' &&
  node !== null &&
  (Object.values(node).some(holdsDefault) || (!Array.isArray(node) && someDefault(node.properties)))

const someDefault = (node: Json | undefined): boolean =>
  typeof node === 'object' && node !== null && Object.values(node).some(hasDefault)

const hasDefault = (schema: Json | undefined): boolean =>
  typeof schema === 'object' && schema !== null && 'default' in schema
