/** Writes `src/client/operations.ts`: a method for each operation, with what is needed to ask for it. */
import { type ApiDocument, isAnswer, type Node, type Operation, operationsOf } from './client-document.ts'

/** Answers come as the first of these that the operation has, unless another format is asked for. */
const DOCUMENTS = ['application/json', 'text/plain', 'text/markdown']

export function operationsFile(document: ApiDocument): string {
  const all = operationsOf(document)
  const table = all.map(
    ({ method, path, operation }) => `  ${operation.operationId}: ${tableRow(method, path, operation, document)},`,
  )
  const methods = all.flatMap(({ path, operation }) => [
    `  /** ${jsDoc(operation)} */`,
    `  ${signature(path, operation)}`,
  ])
  const lists = all.filter(({ operation }) => isList(operation))
  const iterators = lists.flatMap(({ path, operation }) => [
    `  /** ${operation.summary.replace(/\*\//g, '')}: all of them, page by page as they are asked for. */`,
    `  ${iteratorName(operation.operationId)}(${[...pathArguments(path), `options?: Options<'${operation.operationId}'>`].join(', ')}): AsyncGenerator<Item<'${operation.operationId}'>, void, undefined>`,
  ])
  return `import type { Answer, Body, FormatOf, Given, Item, Options } from './types.ts'

/** What is needed to ask for each operation, by its \`operationId\`. */
export const OPERATIONS = {
${table.join('\n')}
} as const

/** The iterator over all pages of each list, by the list's \`operationId\`. */
export const ITERATORS = {
${lists.map(({ operation: { operationId } }) => `  ${operationId}: '${iteratorName(operationId)}',`).join('\n')}
} as const

/** A method for each operation. \`W\`: with the response that the document came in. */
export interface Methods<W extends boolean = false> {
${methods.join('\n')}
}

/** An iterator for each list. */
export interface Iterators {
${iterators.join('\n')}
}
`
}

function tableRow(method: string, path: string, operation: Operation, document: ApiDocument): string {
  const answers = contentsOf(operation)
  const accept = DOCUMENTS.find((type) => answers.includes(type)) ?? answers[0] ?? null
  const halts = haltsOf(operation, accept)
  const told = toldIn(operation, document)
  const fields = {
    method: `'${method}'`,
    path: `'${path}'`,
    ...(accept !== DOCUMENTS[0] && { accept: accept === null ? 'null' : `'${accept}'` }),
    ...(takes(operation, 'header', 'idempotency-key') && { hasKey: 'true' }),
    ...(operation.requestBody && { hasBody: 'true' }),
    ...(isReport(operation) && { isReport: 'true' }),
    ...(halts.length > 0 && { halts: `[${halts.join(', ')}]` }),
    ...(told.length > 0 && { told: `[${told.map((name) => `'${name}'`).join(', ')}]` }),
  }
  return `{ ${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')} }`
}

/** What the client goes by of documents, where they always have it: which it is, and whether it has ended. */
const TOLD = ['id', 'finishedAt']

function toldIn({ responses }: Operation, { components }: ApiDocument): string[] {
  const required = Object.entries(responses).flatMap(([status, { content = {} }]): string[][] => {
    const schema = content[DOCUMENTS[0] ?? '']?.schema
    return isAnswer(status) && schema !== undefined ? [requiredIn(schema, components.schemas)] : []
  })
  return required.length === 0 ? [] : TOLD.filter((name) => required.every((names) => names.includes(name)))
}

function requiredIn(schema: Node, schemas: Record<string, Node>): string[] {
  if (typeof schema.$ref === 'string') {
    return requiredIn(schemas[schema.$ref.replace(/^.*\//, '')] ?? {}, schemas)
  }
  const either = schema.anyOf ?? schema.oneOf
  if (Array.isArray(either)) {
    const each = either.map((one) => requiredIn(one as Node, schemas))
    return (each[0] ?? []).filter((name) => each.every((names) => names.includes(name)))
  }
  const all = Array.isArray(schema.allOf) ? schema.allOf.flatMap((one) => requiredIn(one as Node, schemas)) : []
  return [...all, ...(Array.isArray(schema.required) ? (schema.required as string[]) : [])]
}

function signature(path: string, operation: Operation): string {
  const { operationId, requestBody, parameters = [] } = operation
  const isReported = isReport(operation)
  const needsOptions = parameters.some((parameter) => parameter.in === 'query' && parameter.required)
  const list = [
    ...pathArguments(path),
    ...(requestBody ? [`body${requestBody.required ? '' : '?'}: Body<'${operationId}'>`] : []),
    `options${needsOptions ? '' : '?'}: Options<'${operationId}'${isReported ? ', F' : ''}>`,
  ]
  const generic = isReported ? `<F extends FormatOf<'${operationId}'> = 'json'>` : ''
  return `${operationId}${generic}(${list.join(', ')}): Promise<Given<Answer<'${operationId}'${isReported ? ', F' : ''}>, W>>`
}

const pathArguments = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `${name}: string`)

const takes = ({ parameters = [] }: Operation, where: string, name: string): boolean =>
  parameters.some((parameter) => parameter.in === where && parameter.name === name)

/** It comes in every format. */
const isReport = (operation: Operation): boolean => takes(operation, 'query', 'format')

const isList = (operation: Operation): boolean => takes(operation, 'query', 'cursor')

/** `listJobs` → `eachJob`. */
export const iteratorName = (operationId: string): string =>
  operationId.replace(/^list/, 'each').replace(/(ch)es$|(?<!s)s$/, '$1')

const contentsOf = ({ responses }: Operation): string[] =>
  Object.entries(responses)
    .filter(([status]) => isAnswer(status))
    .flatMap(([, { content = {} }]) => Object.keys(content))

/** Statuses by which a gate says no, with what it otherwise answers: a report. */
const haltsOf = ({ responses }: Operation, accept: string | null): string[] =>
  Object.entries(responses)
    .filter(
      ([status, { content = {} }]) => !isAnswer(status) && status !== '424' && accept !== null && accept in content,
    )
    .map(([status]) => status)

const jsDoc = ({ summary, description }: Operation): string =>
  [summary, description]
    .filter((text) => text !== undefined)
    .join('. ')
    .replaceAll('*/', '* /')
    .replaceAll(/\s+/g, ' ')
