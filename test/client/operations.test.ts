import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { expect, it } from 'vitest'
import { type ApiDocument, operationsOf } from '../../scripts/client-document.ts'
import { TYPES } from '../../src/client/call.ts'
import { createClient, type Format } from '../../src/client/index.ts'

const document = load(readFileSync('openapi.yaml', 'utf8')) as ApiDocument
const operations = operationsOf(document).map(({ operation }) => operation)
const client = createClient({ baseUrl: 'http://127.0.0.1:1' })
const isMethod = (name: string) => typeof Reflect.get(client, name) === 'function'

it('has a method for each operation of the document, by its operationId', () => {
  const names = operations.map(({ operationId }) => operationId)
  expect(names.length).toBeGreaterThan(50)
  expect(names.filter((name) => !isMethod(name))).toEqual([])
  expect(Object.keys(client.withResponse).toSorted()).toEqual(names.toSorted())
})

it('has an iterator for each list', () => {
  const lists = operations.filter(({ parameters = [] }) => parameters.some(({ name }) => name === 'cursor'))
  const each = Object.keys(client).filter((name) => name.startsWith('each'))
  expect(each.toSorted()).toEqual([
    'eachAnnouncement',
    'eachAudit',
    'eachBatch',
    'eachCluster',
    'eachClusterService',
    'eachIncident',
    'eachJob',
    'eachSchedule',
    'eachScheduleJob',
    'eachService',
    'eachServiceIncident',
    'eachServiceResult',
    'eachStatusPage',
    'eachToken',
  ])
  expect(lists).toHaveLength(each.length)
})

it('asks for each format of an operation as what it is answered as', () => {
  const formats = operations.flatMap((operation) => {
    const asked = operation.parameters?.find(({ name }) => name === 'format')
    const { content = {} } = operation.responses['200'] ?? {}
    // Pages are for browsers.
    const texts = ((asked?.schema.enum ?? []) as (Format | 'html')[]).filter((format) => format !== 'html')
    return texts.map((format) => ({ format, isAnswered: TYPES[format] in content }))
  })
  expect(formats.length).toBeGreaterThan(50)
  expect(formats.filter(({ isAnswered }) => !isAnswered)).toEqual([])
})

it('has no option of a call that is called like a parameter of a query', () => {
  const names = operations.flatMap(({ parameters = [] }) =>
    parameters.flatMap((each) => (each.in === 'query' ? [each.name] : [])),
  )
  const own = ['signal', 'headers', 'requestTimeoutMs', 'idempotencyKey', 'ifMatch', 'lastEventId']
  expect(own.filter((name) => names.includes(name))).toEqual([])
})
