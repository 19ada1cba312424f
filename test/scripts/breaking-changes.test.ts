import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { breakingChanges } from '../../scripts/breaking-changes.ts'

// biome-ignore lint/suspicious/noExplicitAny: documents are changed at any depth
type Document = any

/** An API of one resource, with what the rules tell apart. */
const pond = (): Document => ({
  security: [{ bearer: [] }],
  paths: {
    '/toads': {
      get: {
        operationId: 'listToads',
        security: [],
        parameters: [
          { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 200 } },
          { name: 'sort', in: 'query', required: false, deprecated: true, schema: { type: 'string' } },
          { $ref: '#/components/parameters/color' },
        ],
        responses: {
          200: {
            headers: { etag: {} },
            content: {
              'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Toad' } } },
              'text/csv': { schema: { type: 'string' } },
            },
          },
          404: { content: {} },
        },
      },
      post: {
        operationId: 'makeToad',
        requestBody: {
          required: false,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/NewToad' } } },
        },
        responses: { 201: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Toad' } } } } },
      },
    },
    '/old': { get: { operationId: 'old', deprecated: true, responses: {} } },
  },
  components: {
    parameters: {
      color: { name: 'color', in: 'query', required: false, schema: { $ref: '#/components/schemas/Color' } },
    },
    schemas: {
      Color: { type: 'string', enum: ['green', 'brown'] },
      NewToad: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: { type: 'string', maxLength: 63 },
          color: { $ref: '#/components/schemas/Color' },
          age: { type: ['number', 'null'] },
          friends: { type: 'array', maxItems: 5, items: { $ref: '#/components/schemas/NewToad' } },
        },
      },
      Toad: {
        type: 'object',
        required: ['name', 'color', 'bornAt'],
        properties: {
          name: { type: 'string' },
          color: { anyOf: [{ $ref: '#/components/schemas/Color' }, { type: 'null' }] },
          bornAt: { type: 'string', format: 'date-time' },
          weight: { type: 'integer' },
          aka: { type: 'string', deprecated: true },
        },
      },
    },
  },
})

const get = (document: Document) => document.paths['/toads'].get
const post = (document: Document) => document.paths['/toads'].post
const { parse, stringify } = JSON
const changed = (change: (document: Document) => void): string[] => {
  const document = parse(stringify(pond()))
  change(document)
  return breakingChanges(parse(stringify(pond())), document)
}

describe('a change that breaks callers', () => {
  it.each<[string, (document: Document) => void, string[]]>([
    ['a path is gone', (d) => delete d.paths['/toads'], ['GET /toads: is gone', 'POST /toads: is gone']],
    ['an operation is gone', (d) => delete d.paths['/toads'].post, ['POST /toads: is gone']],
    [
      'a generated client calls it otherwise',
      (d) => (get(d).operationId = 'toads'),
      ['GET /toads: the operationId was listToads'],
    ],
    ['it needs a token', (d) => delete get(d).security, ['GET /toads: now needs a token']],
    ['a parameter is gone', (d) => get(d).parameters.shift(), ['GET /toads: the query parameter limit is gone']],
    [
      'a parameter is required',
      (d) => (get(d).parameters[0].required = true),
      ['GET /toads: the query parameter limit is now required'],
    ],
    [
      'a parameter is new and required',
      (d) => get(d).parameters.push({ name: 'pond', in: 'query', required: true, schema: { type: 'string' } }),
      ['GET /toads: the query parameter pond is new and required'],
    ],
    [
      'a bound of a request is narrower',
      (d) => (get(d).parameters[0].schema.maximum = 100),
      ['GET /toads query parameter limit: maximum was 200, and is 100'],
    ],
    ['a body is required', (d) => (post(d).requestBody.required = true), ['POST /toads: a body is now required']],
    [
      'a property of a request is required',
      (d) => d.components.schemas.NewToad.required.push('color'),
      ['NewToad in a request: the property color is now required'],
    ],
    [
      'a property of a request is gone',
      (d) => delete d.components.schemas.NewToad.properties.age,
      ['NewToad in a request: the property age is gone'],
    ],
    [
      'a type of a request is narrower',
      (d) => (d.components.schemas.NewToad.properties.age = { type: ['integer', 'null'] }),
      ['NewToad in a request.age: number is no longer accepted'],
    ],
    [
      'null is refused',
      (d) => (d.components.schemas.NewToad.properties.age = { type: 'number' }),
      ['NewToad in a request.age: null is no longer accepted'],
    ],
    [
      'a pattern of a request is new',
      (d) => (d.components.schemas.NewToad.properties.name.pattern = '^t'),
      ['NewToad in a request.name: pattern was not set, and is ^t'],
    ],
    [
      'a value is gone: in requests it is refused, in answers it is waited for in vain',
      (d) => d.components.schemas.Color.enum.pop(),
      ['Color in a request: the value "brown" is no longer accepted', 'Color in a response: the value "brown" is gone'],
    ],
    [
      'any text is accepted where some were, within bounds that one of these does not meet',
      (d) => (d.components.parameters.color.schema = { type: 'string', pattern: '^g' }),
      ['GET /toads query parameter color: the value "brown" is no longer accepted'],
    ],
    ['a response is gone', (d) => delete get(d).responses[200], ['GET /toads: the response 200 is gone']],
    [
      'a format of a response is gone',
      (d) => delete get(d).responses[200].content['text/csv'],
      ['GET /toads 200: the content type text/csv is gone'],
    ],
    [
      'a header of a response is gone',
      (d) => delete get(d).responses[200].headers.etag,
      ['GET /toads 200: the header etag is gone'],
    ],
    [
      'a property of an answer is gone',
      (d) => delete d.components.schemas.Toad.properties.weight,
      ['Toad in a response: the property weight is gone'],
    ],
    [
      'a property of an answer may be absent',
      (d) => d.components.schemas.Toad.required.shift(),
      ['Toad in a response: the property name may now be absent'],
    ],
    [
      'an answer may be null',
      (d) => (d.components.schemas.Toad.properties.name = { type: ['string', 'null'] }),
      ['Toad in a response.name: may now be null'],
    ],
    [
      'an answer is of a wider type',
      (d) => (d.components.schemas.Toad.properties.weight = { type: 'number' }),
      ['Toad in a response.weight: may now be number'],
    ],
    [
      'an answer is written otherwise',
      (d) => delete d.components.schemas.Toad.properties.bornAt.format,
      ['Toad in a response.bornAt: the format was date-time, and is none'],
    ],
  ])('is told when %s', (_case, change, told) => {
    expect(changed(change)).toEqual(told)
  })
})

describe('a change that breaks nobody', () => {
  it.each<[string, (document: Document) => void]>([
    ['nothing changes', () => undefined],
    ['texts change', (d) => (get(d).description = 'All toads')],
    ['a path is new', (d) => (d.paths['/frogs'] = { get: { operationId: 'listFrogs', responses: {} } })],
    ['an optional parameter is new', (d) => get(d).parameters.push({ name: 'x', in: 'query', schema: {} })],
    ['an optional property of a request is new', (d) => (d.components.schemas.NewToad.properties.x = {})],
    ['a property of a request becomes optional', (d) => (d.components.schemas.NewToad.required = [])],
    ['a request may be larger', (d) => (d.components.schemas.NewToad.properties.name.maxLength = 253)],
    ['a request may be of more types', (d) => (d.components.schemas.NewToad.properties.name.type = ['string', 'null'])],
    ['an answer says more', (d) => (d.components.schemas.Toad.properties.x = { type: 'string' })],
    ['an answer always says what it might', (d) => d.components.schemas.Toad.required.push('weight')],
    ['an answer is never null', (d) => (d.components.schemas.Toad.properties.color = pond().components.schemas.Color)],
    ['a value is new', (d) => d.components.schemas.Color.enum.push('blue')],
    ['an error is not answered any more', (d) => delete get(d).responses[404]],
    ['what was deprecated goes', (d) => delete d.paths['/old']],
    ['a parameter that was deprecated goes', (d) => get(d).parameters.splice(1, 1)],
    ['a property that was deprecated goes', (d) => delete d.components.schemas.Toad.properties.aka],
    [
      'any text is accepted where some were, within bounds that these meet',
      (d) =>
        (d.components.parameters.color.schema = { type: 'string', minLength: 5, maxLength: 5, pattern: '^[a-z]+$' }),
    ],
    ['a reference is written out', (d) => (d.components.parameters.color.schema = pond().components.schemas.Color)],
  ])('is not told when %s', (_case, change) => {
    expect(changed(change)).toEqual([])
  })
})

describe('the API of this repository', () => {
  const read = (): Document => load(readFileSync('openapi.yaml', 'utf8'))

  it('breaks nobody as it is', () => {
    expect(breakingChanges(read(), read())).toEqual([])
  })

  it('is read down to the results of a job and the checks of a request', () => {
    const changedApi = read()
    delete changedApi.components.schemas.Timings.properties.connectMs
    changedApi.components.schemas.HttpCheck.properties.path.maxLength = 1
    expect(breakingChanges(read(), changedApi)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/Timings.*connectMs is gone/),
        expect.stringMatching(/Check in a request\.path: maxLength was/),
      ]),
    )
  })

  it('has no keyword that the comparison does not know', () => {
    const document = read()
    document.components.schemas.HttpCheck.dependentRequired = {}
    expect(() => breakingChanges(read(), document)).toThrow(/does not know the keyword dependentRequired/)
  })
})
