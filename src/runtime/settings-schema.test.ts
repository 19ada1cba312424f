import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { BESIDE, OTHER_SETTINGS } from '../../test/support/other-settings.ts'
import { ConfigError, readClientEnv, readSettings } from './config.ts'
import { plainOf, readPlaced } from './placed-yaml.ts'
import { refusedIn } from './project-rules.ts'
import { SCHEMAS, type SchemaName } from './schema-names.ts'
import { keyOf, settingOf } from './setting-names.ts'
import { SETTING_NAMES } from './setting-shapes.ts'
import { PARTS, readSettingsFile } from './settings-file.ts'
import { schemaOf } from './settings-schema.ts'

const ajv = new Ajv({ strictTypes: false, strictRequired: false, unicodeRegExp: false })
const validates = Object.fromEntries(SCHEMAS.map((name) => [name, ajv.compile(schemaOf(name))]))

const isGood = (name: SchemaName, text: string): boolean => {
  const placed = readPlaced(text)
  return validates[name]?.(placed === null ? null : plainOf(placed)) === true
}

/** Tells whether the readers of the file take it; what only the API judges of checks and schedules is left out. */
function isRead(name: SchemaName, text: string): boolean {
  try {
    const file = readSettingsFile('file.yaml', text, { found: name === 'project' })
    readSettings(file.values)
    readClientEnv(file.values)
    return name !== 'project' || PARTS.every((part) => file[part] === null || refusedIn(part, file[part]).length === 0)
  } catch (error) {
    if (error instanceof ConfigError) {
      return false
    }
    throw error
  }
}

const both = (name: SchemaName, text: string) => ({ schema: isGood(name, text), reader: isRead(name, text) })
const TAKEN = { schema: true, reader: true }
const REFUSED = { schema: false, reader: false }

describe('the schema of a file of settings', () => {
  it.each(SETTING_NAMES)('knows %s under the key that its readers know', (name) => {
    const values = { ...BESIDE[name], [name]: OTHER_SETTINGS[name] }
    const text = Object.entries(values).map(([each, value]) => `${keyOf(each as typeof name)}: ${value}\n`)
    expect(settingOf(keyOf(name))).toBe(name)
    expect(both('settings', text.join(''))).toEqual(TAKEN)
  })

  it.each([
    '',
    'server:',
    'egressAllow: [10.0.0.0/8, "fd00::/8"]\negressDenyPorts: none',
    'rateLimitJobs: off\nrateLimitTries: 5',
    'clusters: {a: context-a, b: "context,b"}',
    'jwtRules: [{issuer: "https://id.example", audience: a, claims: {sub: b}, scopes: [plan]}]',
    '$schema: https://portolan.example/settings.schema.json\nchecks:\n  - {type: http, name: a, method: DELETE, headers: {authorization: {valueFrom: {env: TOKEN, prefix: "Bearer "}}}}',
    'checks: [{type: http, name: a, body: {valueFrom: {env: A}}}, {type: tcp, name: b, queryResponse: [{send: {valueFrom: {env: A}}}]}]',
    'schedules: [{name: a, cron: "@hourly", job: {target: {service: a}, checks: [{type: grpc, name: a, metadata: {b: {valueFrom: {env: A}}}}]}}]',
  ])('and they take %j', (text) => {
    expect(both('settings', text)).toEqual(TAKEN)
  })

  it.each([
    'sever: https://portolan.example',
    'PORTOLAN_SERVER: https://portolan.example',
    'port: many',
    'port: 70000',
    'server: [https://a.example, https://b.example]',
    'vantage: edge',
    'insecureHttp: "yes"',
    'rateLimitJobs: 0',
    'egressAllow: {a: b}',
    'clusters: [{a: b}]',
    'checks: {a: b}',
    '- server: a',
  ])('and they refuse %j', (text) => {
    expect(both('settings', text)).toEqual(REFUSED)
  })
})

describe('the examples of docs/settings.md and of the guide to schedules', () => {
  const blocks = ['docs/settings.md', 'docs/guides/schedules.md'].flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text),
  )

  it.each(blocks)('are taken: %s', (text) => {
    const name = text.includes('/portolan.schema.json') ? 'project' : 'settings'
    expect(both(name, text)).toEqual(TAKEN)
  })

  it('are there', () => {
    expect(blocks.length).toBe(3)
  })
})

describe('the schema of a portolan.yaml', () => {
  it.each([
    '',
    'checks:\n  - {type: http, name: a, path: /healthz, headers: {accept: text/html}, followRedirects: false}',
    'checks: [{type: tcp, name: a, queryResponse: [{expect: "^220"}]}, {type: dnsQuery, name: b}, {type: dns, name: c}]',
    'schedules: [{name: a, cron: "@hourly", batch: {target: {namespaces: "*"}, samples: 3}}]',
  ])('and its reader take %j', (text) => {
    expect(both('project', text)).toEqual(TAKEN)
  })

  it.each([
    ...SETTING_NAMES.map((name) => `${keyOf(name)}: ${OTHER_SETTINGS[name]}`),
    'check: []',
    'checks: [{type: http, name: a, method: POST}]',
    'checks: [{type: http, name: a, body: b}]',
    'checks: [{type: http, name: a, host: b}]',
    'checks: [{type: http, name: a, headers: {cookie: b}}]',
    'checks: [{type: http, name: a, tls: {serverName: b}}]',
    'checks: [{type: http, name: a, followRedirects: true}]',
    'checks: [{type: tcp, name: a, queryResponse: [{send: b}]}]',
    'checks: [{type: grpc, name: a, metadata: {b: c}}]',
    'checks: [{name: a}]',
    'schedules: [{name: a, cron: "@hourly", job: {target: {manifests: ""}}}]',
    'schedules: [{name: a, cron: "@hourly", job: {target: {service: a}, addresses: {nodes: [10.0.0.1]}}}]',
    'schedules: [{name: a, cron: "@hourly", job: {target: {service: a}, checks: [{type: grpc, name: a, host: b}]}}]',
  ])('and its reader refuse %j', (text) => {
    expect(both('project', text)).toEqual(REFUSED)
  })

  it('refuses values of the environment, which its reader does not fill in', () => {
    const text = 'checks: [{type: http, name: a, headers: {accept: {valueFrom: {env: A}}}}]'
    expect(isGood('project', text)).toBe(false)
  })
})
