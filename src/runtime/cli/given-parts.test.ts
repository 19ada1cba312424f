import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readPlaced } from '../placed-yaml.ts'
import { givenPart } from './given-parts.ts'
import type { Io } from './io.ts'

const io = (env: Io['env'] = {}, stdin = ''): Io => ({
  ...{ name: 'portolan', argv: [], env, cwd: tmpdir(), signal: new AbortController().signal },
  stdin: async () => new TextEncoder().encode(stdin),
  stdout: { write: () => undefined, isTTY: false, columns: 100 },
  stderr: { write: () => undefined, isTTY: false, columns: 100 },
})

const listOf = (text: string) => {
  const list = readPlaced(text)
  if (list === null) {
    throw new Error('there is no list')
  }
  return list
}

const found = (part: 'checks' | 'schedules', text: string) => {
  const from = { file: 'portolan.yaml', found: true, list: listOf(text) }
  return givenPart(io({ SECRET: 'hunter2' }), part, { checks: null, schedules: null, [part]: from })
}
const named = (text: string, env: Io['env'] = {}) =>
  givenPart(io(env), 'checks', { checks: { file: 'mine.yaml', found: false, list: listOf(text) }, schedules: null })

describe('a file that was found and not named', () => {
  it('may say what is expected of a Service', async () => {
    const checks = [
      { type: 'http', name: 'a', port: 'http', method: 'HEAD', path: '/healthz', headers: { Accept: 'text/html' } },
      {
        type: 'http',
        name: 'b',
        followRedirects: false,
        tls: { minDaysToExpiry: 14 },
        expect: { maxDurationMs: 1000 },
      },
      { type: 'tcp', name: 'c', queryResponse: [{ expect: '^220 ' }, { startTls: true }] },
      { type: 'grpc', name: 'd', service: 'shop.v1.Cart' },
      { type: 'dns', name: 'e' },
      { type: 'dnsQuery', name: 'f', queryName: 'toad.pond.svc.cluster.local' },
    ]
    expect((await found('checks', JSON.stringify(checks)))?.values).toEqual(checks)
    const schedules = [
      {
        name: 'a',
        cron: '@hourly',
        job: { target: { namespace: 'shop', service: 'toad' }, checks, labels: { a: 'b' } },
      },
      { name: 'b', cron: '@daily', batch: { target: { namespaces: ['shop'], selector: 'app=toad' }, samples: 3 } },
    ]
    expect((await found('schedules', JSON.stringify(schedules)))?.values).toEqual(schedules)
  })

  /** These are attacks by somebody who may change only the file. */
  it.each([
    ['change something', '{type: http, name: a, method: DELETE}', 'method: it may change something'],
    ['change something', '{type: http, name: a, method: [GET]}', 'method: it may change something'],
    ['change something', '{type: http, name: a, body: x}', 'body: it may change something'],
    ['change something', '{type: tcp, name: a, queryResponse: [{expect: x}, {send: FLUSHALL}]}', 'send: it may change'],
    [
      'make a GET a DELETE',
      '{type: http, name: a, headers: {x-http-method-override: DELETE}}',
      '"x-http-method-override": it is none of accept,',
    ],
    [
      'ask as somebody',
      '{type: http, name: a, headers: {authorization: Basic YTpi}}',
      '"authorization": it is none of',
    ],
    ['ask as somebody', '{type: grpc, name: a, metadata: {authorization: x}}', 'metadata: it may carry a secret'],
    ['ask another application', '{type: http, name: a, host: admin.internal}', 'host: it may lead to something else'],
    ['ask another application', '{type: grpc, name: a, host: admin.internal}', 'host: it may lead to something else'],
    ['ask another application', '{type: tcp, name: a, tls: {serverName: admin.internal}}', 'serverName: it may lead'],
    ['be led on', '{type: http, name: a, followRedirects: true}', 'followRedirects: it may lead to something else'],
    [
      'mean another',
      '{type: htp, name: a}',
      'type: expected the type of a check, one of http, tcp, grpc, dns, dnsQuery (did you mean http?)',
    ],
    ['use what comes later', '{type: http, name: a, dial: 10.0.0.1}', '"dial": it is none of type, name, port,'],
    ['use what comes later', '{type: ping, name: a}', 'type: expected the type of a check, one of http, tcp,'],
    ['hide it', '{name: a, body: x}', 'check: expected the type of a check'],
    ['hide it', '{type: constructor, name: a, body: x}', 'type: expected the type of a check'],
    ['hide it', '{type: http, name: a, __proto__: {body: x}}', '"__proto__": it is none of'],
  ])('cannot %s by a check: %s', async (_what, check, message) => {
    await expect(found('checks', `- {type: dns, name: z}\n- ${check}`)).rejects.toThrow(`portolan.yaml:2: ${message}`)
  })

  it.each([
    ['job: {target: {service: a}, addresses: {nodes: [10.0.0.1]}}', 'addresses: it says which addresses are dialled'],
    ['job: {target: {manifests: "kind: Endpoints"}}', 'manifests: it says which addresses are dialled'],
    ['batch: {target: {manifests: []}}', 'manifests: it says which addresses are dialled'],
    ['job: {target: {service: a}, checks: [{type: http, name: a, method: POST}]}', 'method: it may change something'],
    ['owner: admin', '"owner": it is none of name, cron,'],
  ])('cannot make a schedule of %s', async (rest, message) => {
    await expect(found('schedules', `- {name: a, cron: "@daily", ${rest}}`)).rejects.toThrow(
      `portolan.yaml:1: ${message}`,
    )
  })

  it('takes no value from the environment', async () => {
    const { values } =
      (await found('checks', '[{type: http, name: a, headers: {accept: {valueFrom: {env: SECRET}}}}]')) ?? {}
    expect(JSON.stringify(values)).not.toContain('hunter2')
  })
})

describe('a file that was named', () => {
  it('takes the values of secrets from the environment where it says so', async () => {
    const text = `
- type: http
  name: home
  headers: {authorization: {valueFrom: {env: SHOP_TOKEN, prefix: "Bearer "}}, accept: text/html}
  body: {valueFrom: {env: SHOP_BODY}}
- {type: grpc, name: cart, metadata: {x-token: {valueFrom: {env: SHOP_TOKEN}}}}
- {type: tcp, name: redis, queryResponse: [{send: {valueFrom: {env: SHOP_BODY}}, expect: {valueFrom: {env: SHOP_BODY}}}]}
`
    expect((await named(text, { SHOP_TOKEN: 'abc', SHOP_BODY: 'PING' }))?.values).toEqual([
      { type: 'http', name: 'home', headers: { authorization: 'Bearer abc', accept: 'text/html' }, body: 'PING' },
      { type: 'grpc', name: 'cart', metadata: { 'x-token': 'abc' } },
      { type: 'tcp', name: 'redis', queryResponse: [{ send: 'PING', expect: 'PING' }] },
    ])
  })

  it.each([
    ['headers: {a: {valueFrom: {env: UNSET}}}', 'the variable "UNSET" is not set in the environment of this process'],
    ['headers: {a: {valueFrom: {env: PORTOLAN_TOKEN}}}', '"PORTOLAN_TOKEN" is for Portolan itself'],
    ['headers: {a: {valueFrom: {env: A, file: b}}}', 'expected {env: NAME}'],
    ['headers: {a: {valueFrom: {env: A}, b: c}}', 'expected {env: NAME}'],
    ['headers: {a: {valueFrom: A}}', 'expected {env: NAME}'],
    ['path: {valueFrom: {env: A}}', 'it may stand for a value of headers or metadata'],
  ])('is refused with its line: %s', async (field, message) => {
    const env = { A: 'hunter2', PORTOLAN_TOKEN: 'hunter2' }
    const refused = await named(`- type: http\n  name: home\n  ${field}`, env).catch((error: unknown) => error)
    expect(refused).toMatchObject({ message: expect.stringContaining(`mine.yaml:3: valueFrom: ${message}`) })
    expect((refused as Error).message).not.toContain('hunter2')
  })

  it('knows the line of what the API points to', async () => {
    const given = await named('- type: http\n  name: home\n  expect:\n    validStatusCodes: [1000]\n')
    expect(given?.placeOf('/0/expect/validStatusCodes/0')).toBe('mine.yaml:4')
    expect(given?.placeOf('/0/port')).toBe('mine.yaml:1')
  })

  it('is a list, or an object that has it, on standard input too', async () => {
    for (const text of [
      '- {type: dns, name: a}',
      'checks: [{type: dns, name: a}]',
      '\ufeff{"checks": [{"type": "dns", "name": "a"}]}',
    ]) {
      const given = await givenPart(io({}, text), 'checks', { checks: null, schedules: null }, '-')
      expect(given?.values).toEqual([{ type: 'dns', name: 'a' }])
    }
    await expect(givenPart(io({}, 'check: []'), 'checks', { checks: null, schedules: null }, '-')).rejects.toThrow(
      'standard input:1: expected a list of checks, by itself or under the name checks',
    )
  })
})
