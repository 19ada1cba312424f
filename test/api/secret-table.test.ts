import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PLAIN_FIELDS, SECRET_FIELDS } from '../../src/record/secret-fields.ts'
import { ConfigError, SECRET_SETTINGS } from '../../src/runtime/config.ts'
import { readConfig } from '../../src/runtime/node/config.ts'
import { SETTING_NAMES } from '../../src/runtime/setting-shapes.ts'
import { SETTINGS } from '../../src/runtime/settings.ts'
import { type Echo, startEcho } from '../support/echo.ts'
import { readEvents } from '../support/events.ts'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readBatch, readJob, readSchedule } from '../support/read.ts'
import { requestFields } from '../support/request-fields.ts'
import { alsoLookFor, formsOf, holding, marker, markers } from '../support/secret-markers.ts'

const CONTROL = 'in-plain-sight'
const KEY = btoa('fedcba9876543210fedcba9876543210')
/** One of each that the server is given for itself. */
const OWN = { PORTOLAN_ADMIN_TOKEN: marker('admin-token'), PORTOLAN_METRICS_TOKEN: marker('metrics-token') }
const TOKEN = { authorization: `Bearer ${OWN.PORTOLAN_ADMIN_TOKEN}` }

let api: TestPortolan
let echo: Echo
/** All that the API has said, for the search at the end. */
const said: string[] = []

beforeAll(async () => {
  const env = { PORTOLAN_AUTH: 'tokens', PORTOLAN_LOG_LEVEL: 'debug', PORTOLAN_SECRET_KEYS: KEY, ...OWN }
  ;[api, echo] = await Promise.all([startTestPortolan(env), startEcho()])
})
afterAll(() => Promise.all([api.close(), echo.close()]))

/** As anybody would call it, noting all that is said back. */
async function call(path: string, init: Parameters<TestPortolan['call']>[1] = {}): Promise<Response> {
  const response = await api.call(path, { ...init, headers: { ...TOKEN, ...(init.headers as Record<string, string>) } })
  said.push(JSON.stringify([...response.headers]), await response.clone().text())
  return response
}

const secretChecks = (form: string) => [
  {
    ...{ name: 'home', type: 'http', method: 'POST', port: 'http', body: `user=a&password=${marker(`${form}-body`)}` },
    headers: {
      authorization: `Bearer ${marker(`${form}-bearer`)}`,
      cookie: `session=${marker(`${form}-cookie`)}; theme=dark`,
      'x-api-key': marker(`${form}-key`),
      'x-basic': `Basic ${btoa(`admin:${marker(`${form}-basic`)}`)}`,
    },
    // Fails, so that reports and findings tell of it at length.
    expect: { validStatusCodes: [204], failIfBodyNotMatchesRegexp: ['never-there'] },
  },
  {
    ...{ name: 'json', type: 'http', method: 'PUT', port: 'http' },
    body: JSON.stringify({ login: { password: marker(`${form}-json`) } }),
    headers: { 'content-type': 'application/json' },
  },
  {
    ...{ name: 'port', type: 'tcp', port: 'tcp' },
    queryResponse: [{ send: `AUTH ${marker(`${form}-send`)}\r\n` }, { expect: `^never ${marker(`${form}-expect`)}` }],
  },
  { name: 'rpc', type: 'grpc', port: 'http', metadata: { 'x-token': marker(`${form}-metadata`) } },
]

/** What applications keep in their objects. */
const objects = () => [
  echo.service({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': marker('last-applied') } }),
  ...[
    { kind: 'Secret', data: { password: btoa(marker('secret-data')) }, stringData: { other: marker('string-data') } },
  ].map((each) => ({ apiVersion: 'v1', metadata: { name: 'own', namespace: 'default' }, ...each })),
  {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own', namespace: 'default' } },
    data: { 'app.ini': `password=${marker('config-map')}` },
  },
  {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { name: 'echo-1', namespace: 'default', labels: { app: 'toad' } },
    spec: {
      containers: [
        {
          ...{ name: 'main', image: 'echo', ports: [{ containerPort: 80 }] },
          env: [{ name: 'PASSWORD', value: marker('pod-env') }],
          args: [`--password=${marker('pod-args')}`],
          livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: 'x-key', value: marker('pod-probe') }] } },
        },
      ],
    },
    status: { phase: 'Running', podIP: '127.0.0.1', podIPs: [{ ip: '127.0.0.1' }] },
  },
]

const job = (form: string) => ({
  target: { manifests: objects() },
  paths: { include: ['ClusterIP'] },
  addresses: {
    environment: `PATH=/bin\nDATABASE_PASSWORD=${marker('environment')}\nKUBERNETES_SERVICE_HOST=10.96.0.1\n`,
  },
  checks: secretChecks(form),
  // Is plain, and shows that what is said and stored is searched.
  labels: { control: CONTROL },
})

const FORMATS = ['json', 'text', 'markdown', 'junit', 'csv', 'tap']

/** Reads all that is shown of a job. */
async function readAll(id: string): Promise<void> {
  for (const format of FORMATS) {
    await call(`/v1/jobs/${id}/report?format=${format}`)
  }
  await call(`/v1/jobs/${id}`)
  said.push(JSON.stringify(await readEvents(await api.call(`/v1/jobs/${id}/events`, { headers: TOKEN }))))
}

/** Every place of a body in which a marker stands, with another value there: of a wrong type, too long, or odd. */
function* spoilt(value: unknown, path: readonly (string | number)[] = []): Generator<(found: string) => unknown> {
  void path
  if (typeof value === 'string' && holding(value)) {
    yield (found) => [found]
    yield (found) => ({ [found.slice(0, 3)]: found })
    yield (found) => `${found}\r\nx: ${found}\0`
    yield (found) => found.repeat(3000)
    yield () => Number.NaN
  } else if (Array.isArray(value)) {
    for (const [i, each] of value.entries()) {
      for (const spoil of spoilt(each)) {
        yield (found) => value.map((other, at) => (at === i ? applied(each, spoil, found) : other))
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      for (const spoil of spoilt(each)) {
        yield (found) => ({ ...value, [name]: applied(each, spoil, found) })
      }
    }
  }
}
const applied = (value: unknown, spoil: (found: string) => unknown, found: string): unknown =>
  spoil(typeof value === 'string' ? value : found)

describe('the table of what may carry a secret', () => {
  it('knows every field of every request in which a text may stand', () => {
    const listed = (field: string): boolean =>
      PLAIN_FIELDS.includes(field) ||
      SECRET_FIELDS.some(
        (each) => each.field === field || (each.field.startsWith('*') && field.includes(each.field.slice(1))),
      )
    const found = requestFields().filter((field) => !field.startsWith('body '))
    expect(found.length).toBeGreaterThan(80)
    const why = 'Say in src/record/secret-fields.ts whether it may carry a secret, or is plain'
    expect(
      found.filter((field) => !listed(field)),
      why,
    ).toEqual([])
    expect(PLAIN_FIELDS.filter((field) => !found.includes(field))).toEqual([])
    const inRequests = SECRET_FIELDS.flatMap(({ in: where, field }) =>
      where === 'request' && /^[A-Z]/.test(field) ? [field] : [],
    )
    expect(inRequests.filter((field) => !found.includes(field))).toEqual([])
  })

  it('knows every setting that is a secret, and no message shows one', () => {
    const named = SETTING_NAMES.filter((name) => SETTINGS[name].meaning.includes('A secret.'))
    expect([...SECRET_SETTINGS].toSorted()).toEqual(named.toSorted())
    const listed = SECRET_FIELDS.flatMap(({ field }) => (field.startsWith('PORTOLAN_') ? [field] : []))
    expect(listed.toSorted()).toEqual(named.toSorted())
    for (const name of named) {
      expect(messageOf({ [name]: marker(name).slice(0, 3), PORTOLAN_PORT: 'x' })).toMatch(/PORTOLAN_PORT: /)
      expect(found(messageOf({ [name]: `${marker(name)} ${marker(name)}`, [`${name}X`]: marker(name) }))).toEqual([])
    }
  })

  it('is printed in the guide', () => {
    const page = readFileSync('docs/guides/secrets.md', 'utf8')
    const rows = SECRET_FIELDS.map(({ field, what, kept }) => `| \`${field}\` | ${what} | ${kept} |`)
    expect(rows.filter((row) => !page.includes(row))).toEqual([])
  })
})

describe('a secret in each field of the table', () => {
  it('goes through jobs, batches, schedules, patches and runs', async () => {
    const { id, ...document } = await readJob(call('/v1/jobs?wait=25', { json: job('job') }))
    const heard = document.paths.flatMap(({ results }) => results.map(({ check, http }) => [check, http?.status]))
    expect(heard).toContainEqual(['home', 200])
    await readAll(id)
    const batch = await readBatch(call('/v1/batches?wait=25', { json: job('batch') }))
    for (const format of FORMATS) {
      await call(`/v1/batches/${batch.id}/report?format=${format}`)
    }
    const schedule = { name: 's', cron: '@hourly', enabled: false, job: job('schedule') }
    const response = await call('/v1/schedules', { json: schedule })
    const { id: scheduleId } = await readSchedule(response)
    const ifMatch = { 'if-match': response.headers.get('etag') ?? '' }
    await call(`/v1/schedules/${scheduleId}`, { method: 'PATCH', json: { job: job('patch') }, headers: ifMatch })
    const run = await readJob(call(`/v1/schedules/${scheduleId}/run?wait=25`, { method: 'POST' }))
    await readAll(run.id)
    await call(`/v1/schedules/${scheduleId}`, { method: 'DELETE' })
    await call('/v1/plan', { json: job('plan') })
    await call('/v1/gates/flagger', {
      json: {
        name: 'toad',
        namespace: 'default',
        metadata: { job: JSON.stringify({ checks: secretChecks('flagger') }) },
      },
    })
    await call('/v1/gates/argo-rollouts?service=toad', { json: { checks: secretChecks('argo') } })
    expect(echo.heard()).toEqual(
      expect.arrayContaining(['job', 'batch', 'patch'].map((form) => marker(`${form}-bearer`))),
    )
  })

  it('goes through manifests as YAML, and comparisons', async () => {
    const yaml = objects()
      .map((each) => JSON.stringify(each))
      .join('\n---\n')
    const { id } = await readJob(call('/v1/jobs?wait=25&service=toad-svc', { yaml }))
    await readAll(id)
    await call('/v1/plan?service=toad-svc', { yaml })
    await call('/v1/batches?wait=25', { yaml })
    await call('/v1/compare?left=Ingress/a&right=Ingress/b', { yaml })
  })

  it('goes through bodies that are refused: wrong types, too long, odd characters, broken and cut', async () => {
    const statuses = new Set<number>()
    const post = async (path: string, init: Parameters<TestPortolan['call']>[1]) =>
      statuses.add((await call(path, init)).status)
    const body = job('refused')
    for (const spoil of [...spoilt(body)]) {
      await post('/v1/jobs', { json: spoil('') })
    }
    const text = JSON.stringify(body)
    for (const cut of [0.2, 0.4, 0.6, 0.8, 0.95]) {
      const part = text.slice(0, Math.floor(text.length * cut))
      await post('/v1/jobs', { method: 'POST', body: part, headers: { 'content-type': 'application/json' } })
      await post('/v1/jobs', { yaml: part })
      await post('/v1/schedules', { method: 'POST', body: part, headers: { 'content-type': 'application/json' } })
    }
    for (const odd of [
      marker('whole-body'),
      `"${marker('whole-body')}"`,
      `{"${'x'.repeat(9)}": ${marker('whole-body')}}`,
    ]) {
      await post('/v1/jobs', { method: 'POST', body: odd, headers: { 'content-type': 'application/json' } })
      await post('/v1/jobs', { yaml: `password: *${marker('whole-body')}\n` })
      await post('/v1/jobs', { method: 'POST', body: odd, headers: { 'content-type': 'text/plain' } })
    }
    await post('/v1/schedules', { json: { name: 's', cron: 'never', job: body } })
    for (const spoil of [...spoilt({ checks: body.checks })]) {
      const json = { name: 'toad', namespace: 'default', metadata: { job: JSON.stringify(spoil('')) } }
      await call('/v1/gates/flagger', { json })
    }
    await call('/v1/gates/argo-rollouts?service=toad', { json: { headers: marker('whole-body') } })
    await post('/v1/compare', { json: body })
    await post('/v1/plan', {
      json: { ...body, checks: [{ ...body.checks[0], type: marker('whole-body').slice(0, 0) }] },
    })
    // What objects hold besides is not read, so that what is odd there is not refused.
    expect([...statuses].toSorted()).toEqual([202, 400, 413, 415, 422].filter((status) => statuses.has(status)))
    expect(statuses).toContain(400)
  })

  it('goes through credentials that are refused, parameters that there are not, and targets with a password', async () => {
    const basic = `Basic ${btoa(`x:${marker('wrong-basic')}`)}`
    for (const authorization of [`Bearer ${marker('wrong-bearer')}`, basic, marker('wrong-scheme'), 'Bearer ']) {
      for (const path of ['/v1/jobs', '/metrics', '/probe?target=127.0.0.1:1&module=tcp_connect', '/v1/none']) {
        await call(path, { headers: { authorization, cookie: `__Host-portolan=${marker('wrong-cookie')}` } })
      }
    }
    for (const path of ['/v1/jobs', '/metrics', '/readyz', '/v1/audit', '/v1/schedules']) {
      await call(`${path}?token=${marker('query-token')}&access_token=${marker('query-token')}`)
    }
    const url = encodeURIComponent(`http://user:${marker('probe-password')}@127.0.0.1/`)
    await call(`/probe?target=${url}`)
    await call(`/probe?target=${encodeURIComponent(`ftp://user:${marker('probe-password')}@h`)}`)
    await call(`/probe?module=tcp_connect&target=${url}`)
    await call('/v1/jobs', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': `text/${marker('wrong-scheme')}`.slice(0, 5) },
    })
  })

  it('goes through logins that are refused, and tokens that others are said to have signed', async () => {
    const parts = [
      { alg: 'RS256', kid: 'k' },
      { iss: 'https://issuer.invalid', sub: 'x', aud: 'portolan' },
    ]
    const jwt = [...parts.map((part) => btoa(JSON.stringify(part))), marker('jwt-signature')].join('.')
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const token of [marker('login-token'), jwt, `pt_${marker('login-like')}`]) {
      await call('/login', { json: { token } })
      await call('/login', { json: { token: [token] } })
      await call('/login', { method: 'POST', headers, body: `token=${token}` })
      await call('/login', { method: 'POST', headers, body: `token=${token}&other=${token}` })
      await call('/v1/jobs', { headers: { authorization: `Bearer ${token}` } })
    }
    await call(`/login/oidc/callback?code=${marker('oidc-code')}&state=${marker('oidc-state')}`)
    await call('/logout', { method: 'POST', headers: { cookie: `__Host-portolan=${marker('session-value')}` } })
  })

  it('goes through a token that is made, used, revoked and refused', async () => {
    const json = { name: 'ci', scopes: ['jobs:read', 'audit:read'], namespaces: ['default'] }
    const made = await api.call('/v1/tokens', { json, headers: TOKEN })
    // It is said this once.
    const { id, token } = (await made.json()) as { id: string; token: string }
    alsoLookFor('made-token', token)
    const headers = { authorization: `Bearer ${token}` }
    expect((await call('/v1/jobs', { headers })).status).toBe(200)
    await call('/v1/tokens', { headers })
    await call(`/v1/tokens/${id}`)
    await call('/v1/tokens')
    await call(`/v1/tokens/${id}`, { method: 'DELETE' })
    expect((await call('/v1/jobs', { headers })).status).toBe(401)
  })

  it('is then in nothing that was said, logged or stored, in whatever form', async () => {
    for (const path of [
      '/metrics',
      '/v1/audit?limit=200',
      '/v1/jobs',
      '/v1/batches',
      '/v1/schedules',
      '/v1/services',
    ]) {
      await call(path)
    }
    for (const path of ['', '/results', '/history', '/incidents', '/report', '/paths']) {
      await call(`/v1/services/default/toad-svc${path}`)
    }
    await call('/v1/report?format=markdown')
    const all = said.join('\n')
    expect(all).toContain('[redacted]')
    expect(all).toContain(CONTROL)
    expect(said.length).toBeGreaterThan(200)
    expect(found(all)).toEqual([])
    expect(found(api.lines.join('\n'))).toEqual([])
    if (RUNTIME === 'node') {
      const files = ['', '-wal'].map((suffix) => `${api.databaseFile}${suffix}`).filter((file) => existsSync(file))
      const bytes = files.map((file) => readFileSync(file, 'latin1')).join('\n')
      expect(bytes).toContain(CONTROL)
      expect(found(bytes)).toEqual([])
    }
  })
})

function messageOf(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.message
    }
    throw error
  }
  return ''
}

/** Each marker that stands in a text, with the form in which it does and what stands around it. */
function found(text: string): string[] {
  const lower = text.toLowerCase()
  return markers().flatMap((name) =>
    formsOf(marker(name)).flatMap(([form, written]) => {
      const at = lower.indexOf(written.toLowerCase())
      return at < 0 ? [] : [`${name} as ${form}: …${text.slice(Math.max(0, at - 100), at + 60)}`]
    }),
  )
}
