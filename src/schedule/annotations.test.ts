import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JobRequestSchema, toJobRequest } from '../api/job-request.ts'
import { parseManifests } from '../kube/parse.ts'
import { EVERY_DEFAULT_MS, readAnnotations } from './annotations.ts'
import { requestOf } from './discover.ts'

type Annotations = Record<string, string>

const SPEC = {
  ports: [
    { name: 'http', port: 80 },
    { name: 'admin', port: 8081 },
    { name: 'dns', port: 53, protocol: 'UDP' },
  ],
}

function ask(own: Annotations, inherited: Annotations | null = null, mode: 'annotated' | 'all' = 'annotated') {
  const { objects } = parseManifests(
    [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'toad', namespace: 'pond', annotations: own },
        spec: SPEC,
      },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pond', annotations: inherited ?? {} } },
    ],
    { pointer: '' },
  )
  const [service] = objects.services
  if (service === undefined) {
    throw new Error('there is a Service')
  }
  return readAnnotations(
    { mode, everyLeastMs: 1000 },
    service,
    inherited === null ? null : (objects.namespaces[0] ?? null),
  )
}

const told = (asked: ReturnType<typeof ask>) =>
  asked.rejected.map(({ object, annotation, field }) =>
    [object, annotation, field].filter((each) => each !== null).join(' '),
  )

const YES = { 'portolan.dev/probe': 'true' }
const NO = { 'portolan.dev/probe': 'false' }
const PROMETHEUS = { 'prometheus.io/probe': 'true' }

describe('whether a Service is probed', () => {
  it.each<[string, Annotations, Annotations | null, boolean, boolean]>([
    ['nothing is said', {}, {}, false, true],
    ['no Namespace was read', {}, null, false, true],
    ['it asks for it', YES, {}, true, true],
    ['it refuses', NO, {}, false, false],
    ['its Namespace asks for it', {}, YES, true, true],
    ['its Namespace refuses', {}, NO, false, false],
    ['it asks for it, and its Namespace refuses', YES, NO, true, true],
    ['it refuses, and its Namespace asks for it', NO, YES, false, false],
    ['it asks another prober', PROMETHEUS, {}, true, true],
    ['it asks another prober, and its Namespace refuses', PROMETHEUS, NO, true, true],
    ['it asks another prober and refuses this one', { ...PROMETHEUS, ...NO }, {}, false, false],
    ['it tells another prober no, which says nothing of this one', { 'prometheus.io/probe': 'false' }, {}, false, true],
  ])('%s', (_name, own, inherited, annotated, all) => {
    expect(ask(own, inherited, 'annotated').wish !== null).toBe(annotated)
    expect(ask(own, inherited, 'all').wish !== null).toBe(all)
  })

  it.each(['yes', 'True', '', ' true', '1'])('is no where the value is %j, and that is told', (value) => {
    for (const mode of ['annotated', 'all'] as const) {
      const own = ask({ 'portolan.dev/probe': value }, YES, mode)
      expect([own.wish, told(own)]).toEqual([null, ['Service/pond/toad portolan.dev/probe']])
      const inherited = ask({}, { 'portolan.dev/probe': value }, mode)
      expect([inherited.wish, told(inherited)]).toEqual([null, ['Namespace/pond portolan.dev/probe']])
    }
  })

  it('is told of an annotation that there is not', () => {
    const { rejected } = ask({ ...YES, 'portolan.dev/prob': 'true' })
    expect(rejected).toEqual([
      {
        ...{ object: 'Service/pond/toad', annotation: 'portolan.dev/prob', field: null },
        detail: 'there is no such annotation; did you mean portolan.dev/probe?',
      },
    ])
  })
})

describe('how often', () => {
  it.each<[string, Annotations, Annotations, number]>([
    ['nothing is said', {}, {}, EVERY_DEFAULT_MS],
    ['the Service says', { 'portolan.dev/every': '60s' }, { 'portolan.dev/every': '2h' }, 60_000],
    ['the Namespace says', {}, { 'portolan.dev/every': '2h' }, 7_200_000],
    ['in several units', { 'portolan.dev/every': '1h30m' }, {}, 5_400_000],
    ['in a block of YAML', { 'portolan.dev/every': '90s\n' }, {}, 90_000],
    ['the least', { 'portolan.dev/every': '1s' }, {}, 1000],
    ['the most', { 'portolan.dev/every': '24h' }, {}, 86_400_000],
  ])('%s', (_name, own, inherited, everyMs) => {
    const asked = ask({ ...YES, ...own }, inherited)
    expect([asked.wish?.everyMs, asked.rejected]).toEqual([everyMs, []])
  })

  it.each([
    '25h',
    '0s',
    '500ms',
    '60',
    '1m 30s',
    '@every 60s',
    '60s; rm',
    '9'.repeat(5000),
    '*/5 * * * *',
    '-1s',
    '1e9s',
  ])('is the default where it is %s, and that is told', (every) => {
    const asked = ask({ ...YES, 'portolan.dev/every': every }, { 'portolan.dev/every': '2h' })
    expect([asked.wish?.everyMs, told(asked)]).toEqual([EVERY_DEFAULT_MS, ['Service/pond/toad portolan.dev/every']])
  })
})

const job = (text: string, inherited?: string) =>
  ask({ ...YES, 'portolan.dev/job': text }, inherited === undefined ? {} : { 'portolan.dev/job': inherited })
const fieldsOf = (text: string) => job(text).rejected.map(({ field }) => field)

describe('what is asked', () => {
  it('is merged over the defaults of a job', () => {
    const { wish, rejected } = job(`
      samples: 3
      timeoutMs: 2000
      deadlineMs: 20000
      expect: {reachable: [ClusterIP], sameResponder: true}
      checks:
        - {type: http, name: health, port: http, method: HEAD, path: /healthz, scheme: https}
        - {type: http, expect: {validStatusCodes: [200, 3xx], failIfBodyNotMatchesRegexp: [ok], jsonPath: [{path: $.up, equals: true}]}}
        - {type: tcp, port: 8081, maxDurationMs: 100}`)
    expect(rejected).toEqual([])
    expect(wish).toMatchObject({
      ...{ samples: 3, timeoutMs: 2000, deadlineMs: 20_000, everyMs: EVERY_DEFAULT_MS },
      expect: { reachable: [{ kind: 'ClusterIP' }], unreachable: [], sameResponder: true },
      checks: [
        { type: 'http', name: 'health', port: 'http', method: 'HEAD', path: '/healthz', scheme: 'https', expect: null },
        { type: 'http', name: 'check-2', port: null, method: 'GET', expect: { validStatusCodes: [200, '3xx'] } },
        { type: 'tcp', name: 'check-3', port: 8081, maxDurationMs: 100, queryResponse: [] },
      ],
    })
  })

  it('is the default, as of a job that asks for nothing else, where there is no annotation', () => {
    const { wish } = ask(YES)
    const target = { cluster: 'default', namespace: 'pond', service: 'toad' }
    const { everyMs: _everyMs, ...asked } = wish ?? { everyMs: 0, ...NOT_ASKED }
    const body = JobRequestSchema.parse({ target: { namespace: 'pond', service: 'toad' } })
    expect(requestOf(target, asked)).toEqual({ ...toJobRequest(body, 'default'), madeBy: 'discovery' })
  })

  it('is what the nearest says, whole', () => {
    expect(job('{samples: 2}', '{timeoutMs: 100}').wish).toMatchObject({ samples: 2, timeoutMs: 5000 })
    expect(ask(YES, { 'portolan.dev/job': '{timeoutMs: 100}' }).wish).toMatchObject({ samples: 1, timeoutMs: 100 })
  })

  it.each([
    ...['target', 'addresses', 'paths', 'limits', 'retries', 'settleMs', 'vantage', 'history', 'labels', 'madeBy'],
    ...['manifests', 'headers', 'cluster', '__proto__', 'constructor', 'toString'],
  ])('is refused of a job: %s', (field) => {
    const asked = job(`{samples: 2, ${JSON.stringify(field)}: {a: secret}}`)
    expect([asked.wish?.samples, told(asked)]).toEqual([2, [`Service/pond/toad portolan.dev/job /${field}`]])
    expect(JSON.stringify(asked)).not.toContain('secret')
  })

  it.each([
    ...['headers', 'body', 'host', 'followRedirects', 'httpVersion', 'tls', 'responder', 'ingressPath', 'isDefault'],
    ...['queryResponse', 'trustsAsDefault', 'address', '__proto__'],
  ])('is refused of a check, which is made without it: %s', (field) => {
    const asked = job(`{checks: [{type: http, path: /healthz, ${JSON.stringify(field)}: secret}]}`)
    expect(told(asked)).toEqual([`Service/pond/toad portolan.dev/job /checks/0/${field}`])
    expect(asked.wish?.checks).toEqual(job('{checks: [{type: http, path: /healthz}]}').wish?.checks)
    expect(JSON.stringify(asked)).not.toContain('secret')
  })

  it.each([
    ['a conversation', '{type: tcp, queryResponse: [{send: HELO}]}', ['/checks/0/queryResponse'], 1],
    ['TLS of a connection', '{type: tcp, tls: {insecureSkipVerify: true}}', ['/checks/0/tls'], 1],
    ['a method that changes something', '{type: http, method: POST}', ['/checks/0/method'], 0],
    ['a type that there is not', '{type: exec}', ['/checks/0/type'], 0],
    ['no type', '{path: /healthz}', ['/checks/0/type'], 0],
    ['a name that resolves', '{type: dns}', ['/checks/0/type'], 0],
    ['a port that the Service has not', '{type: http, name: x, port: 8443}', ['/checks/x'], 0],
    ['a port of UDP', '{type: http, name: x, port: dns}', ['/checks/x'], 0],
    ['a port beyond all', '{type: http, port: 70000}', ['/checks/0/port'], 0],
    ['a scheme', '{type: http, scheme: file}', ['/checks/0/scheme'], 0],
    [
      'a regular expression',
      '{type: http, expect: {failIfBodyMatchesRegexp: ["("]}}',
      ['/checks/0/expect/failIfBodyMatchesRegexp/0'],
      0,
    ],
    [
      'a regular expression that costs much',
      '{type: http, expect: {failIfBodyMatchesRegexp: ["(\\\\p{L}{50}){9}"]}}',
      ['/checks/0/expect/failIfBodyMatchesRegexp/0'],
      0,
    ],
    ['a JSONPath', '{type: http, expect: {jsonPath: [{path: "$["}]}}', ['/checks/0/expect/jsonPath/0/path'], 0],
    [
      'a body of HEAD',
      '{type: http, method: HEAD, expect: {jsonPath: [{path: $.a}]}}',
      ['/checks/0/expect/jsonPath'],
      0,
    ],
    ['a field of expect', '{type: http, expect: {script: x}}', ['/checks/0/expect/script'], 1],
    ['a text for a check', 'secret', ['/checks/0/type'], 0],
  ])('is refused of a check: %s', (_name, check, fields, left) => {
    const asked = job(`{checks: [${check}]}`)
    expect([asked.rejected.map(({ field }) => field), asked.wish?.checks.length]).toEqual([fields, left])
  })

  it.each([
    ...['http://evil.example/', '//evil.example/', '/\\evil.example', '/a b', '/a\r\nx-y: z', '/a#b', '', 'healthz'],
    ...['/../admin', '/shop/..', '/shop/../admin', '/shop/./x', '/shop/%2e%2e/admin', '/shop/%2E./admin'],
    ...[
      '/shop/..;/admin',
      '/shop%2f..%2fadmin',
      '/shop\\..\\admin',
      '/..',
      '/.',
      '/%2fevil.example/',
      '/é',
      `/${'a'.repeat(2000)}`,
    ],
  ])('is no path: %j', (path) => {
    const asked = job(JSON.stringify({ checks: [{ type: 'http', path }] }))
    expect([asked.rejected.map(({ field }) => field), asked.wish?.checks]).toEqual([['/checks/0/path'], []])
  })

  it.each(['/', '/healthz', '/.well-known/acme', '/a..b', '/a/...', '/v1?q=a&b=c%20d', '/~toad/', "/it's"])(
    'is a path: %s',
    (path) => {
      expect(job(JSON.stringify({ checks: [{ type: 'http', path }] })).wish?.checks).toMatchObject([{ path }])
    },
  )

  it.each([
    ['samples', '{samples: 11}', '/samples'],
    ['samples that are none', '{samples: 1.5}', '/samples'],
    ['samples as text', '{samples: "2"}', '/samples'],
    ['a time limit', '{timeoutMs: 30001}', '/timeoutMs'],
    ['a deadline', '{deadlineMs: 900000}', '/deadlineMs'],
    ['an expectation', '{expect: {reachable: [Nothing]}}', '/expect/reachable/0'],
    ['too many checks', `{checks: [${'{type: tcp},'.repeat(6)}]}`, '/checks'],
    ['a check twice', '{checks: [{type: tcp, name: a}, {type: tcp, name: a}]}', '/checks/1'],
  ])('is refused, and the default stays: %s', (_name, text, field) => {
    const asked = job(text)
    expect(asked.rejected.map((each) => each.field)).toEqual([field])
    expect(asked.wish).toMatchObject({ samples: 1, timeoutMs: 5000, deadlineMs: null })
  })

  it.each([
    ['no YAML', '{samples: '],
    ['a list', '[samples]'],
    ['a text', 'samples'],
    ['a key twice', '{samples: 2, samples: 3}'],
    ['an alias', '{checks: [&a {type: tcp}, *a]}'],
    [
      'a bomb',
      `a: &a [x, x]\n${'bcdefghij'
        .split('')
        .map((k, i) => `${k}: &${k} [${`*${'abcdefghi'[i]},`.repeat(9)}]`)
        .join('\n')}`,
    ],
    ['two documents', '{samples: 2}\n---\n{samples: 3}'],
    ['deep nesting', '['.repeat(500)],
    ['too long a text', `{samples: 2} #${'x'.repeat(262_000)}`],
    ['control characters', '{samples: 2}\u0000'],
  ])('is refused as a whole, and the Service is probed as if nothing were asked: %s', (_name, text) => {
    const asked = job(text)
    expect([asked.wish, told(asked)]).toEqual([ask(YES).wish, ['Service/pond/toad portolan.dev/job']])
  })

  it('is refused in no more words than can be read', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`field${n}`, n]))
    const { rejected } = job(JSON.stringify(many))
    expect([rejected.length, rejected.at(-1)?.detail]).toEqual([21, 'and 480 more'])
    expect(fieldsOf(JSON.stringify({ ['k'.repeat(900)]: 1 }))).toEqual([`/${'k'.repeat(200)}`])
  })
})

const NOT_ASKED = { checks: [], samples: 0, timeoutMs: 0, deadlineMs: null, expect: { reachable: [], unreachable: [] } }

/** Values of every kind under every name that a job or a check knows, and under others. */
const someName = fc.oneof(
  fc.constantFrom(
    ...['target', 'addresses', 'paths', 'checks', 'samples', 'retries', 'expect', 'timeoutMs', 'deadlineMs', 'vantage'],
    ...[
      'type',
      'name',
      'port',
      'method',
      'path',
      'ingressPath',
      'headers',
      'body',
      'scheme',
      'host',
      'tls',
      'responder',
    ],
    ...['followRedirects', 'httpVersion', 'queryResponse', 'maxDurationMs', 'validStatusCodes', 'jsonPath', 'caPem'],
    ...['failIfBodyMatchesRegexp', 'failIfHeaderMatches', 'header', 'regexp', 'equals', 'matchesRegexp', '__proto__'],
  ),
  fc.string({ maxLength: 8 }),
)
const someText = fc.oneof(
  fc.constantFrom('http', 'tcp', 'dns', 'GET', 'HEAD', 'POST', '/healthz', 'https', '$.a', '^ok', '2xx', 'toad'),
  fc.string({ maxLength: 12 }),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(someText, fc.integer({ min: -5, max: 40_000 }), fc.boolean(), fc.constant(null), fc.double()),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(someName, tie('value'), { maxKeys: 4 }),
    fc.record(
      {
        type: fc.constantFrom('http', 'tcp', 'dns'),
        path: someText,
        method: someText,
        port: tie('value'),
        tls: tie('value'),
      },
      { requiredKeys: ['type'] },
    ),
  ),
}))
const someJob = fc.oneof(
  fc.dictionary(someName, value, { maxKeys: 5 }),
  fc.record({ checks: fc.array(value, { maxLength: 4 }), expect: value, samples: value }, { requiredKeys: [] }),
)

describe('no value of any kind', () => {
  it('makes a request with more than may be asked for', () => {
    const plain = requestOf({ cluster: 'c', namespace: 'pond', service: 'toad' }, { ...NOT_ASKED })
    fc.assert(
      fc.property(
        fc.oneof(
          someJob.map((each) => JSON.stringify(each)),
          fc.string(),
        ),
        (text) => {
          const { wish } = job(text)
          if (wish === null) {
            return
          }
          const { everyMs: _everyMs, ...asked } = wish
          const request = requestOf(plain.target, asked)
          const { checks, samples, timeoutMs, deadlineMs, expect: expectations, ...rest } = request
          const { checks: _c, samples: _s, timeoutMs: _t, deadlineMs: _d, expect: _e, ...fixed } = plain
          expect(rest).toEqual(fixed)
          for (const check of checks) {
            const { name: _name, port: _port, isDefault, ...held } = check
            expect(isDefault).toBe(false)
            if (held.type === 'http') {
              const { method, path: _path, scheme: _scheme, expect: _expected, ...others } = held
              expect(['GET', 'HEAD']).toContain(method)
              expect(others).toEqual({
                ...{ type: 'http', ingressPath: null, headers: {}, body: null, host: null, followRedirects: false },
                tls: { serverName: null, insecureSkipVerify: false, caPem: null, minDaysToExpiry: null },
                ...{ httpVersion: '1.1', upgrade: null, trustsAsDefault: true, responder: null },
              })
            } else {
              const { type, ...others } = held
              expect([type, { ...others, maxDurationMs: null }]).toEqual([
                'tcp',
                { tls: null, queryResponse: [], maxDurationMs: null },
              ])
            }
          }
          // A caller with a token could have asked for the same.
          const shown = checks.map(({ isDefault: _isDefault, ...check }) => {
            const { trustsAsDefault: _trusts, ...own } = { trustsAsDefault: undefined, ...check }
            return own
          })
          const body = {
            target: {},
            checks: shown,
            samples,
            timeoutMs,
            deadlineMs: deadlineMs ?? undefined,
            expect: expectations,
          }
          expect(JobRequestSchema.safeParse(body).error?.issues ?? []).toEqual([])
        },
      ),
      { numRuns: 600 },
    )
  })
})
