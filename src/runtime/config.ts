/**
 * The configuration that both runtimes share: every `PORTOLAN_*` name with what it means, read once in the
 * composition root. A runtime picks the names that it knows; the names of the other one are accepted and unused,
 * so that one set of variables fits both.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { addressOfServer, isName } from '../lib/address.ts'
import { DURATION_EXAMPLES, formatDuration, parseDuration } from '../lib/duration.ts'
import { LOG_LEVELS, type LogLevel } from '../lib/log.ts'
import { nearMiss } from '../lib/near.ts'
import { isServiceVariable } from '../plan/environment.ts'
import { POSITIONS } from '../plan/path.ts'
import { DISCOVER_MODES } from '../schedule/annotations.ts'
import type { Retention } from '../store/retention.ts'

/** The configuration cannot be used. The message is one line: each wrong variable with what was expected. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** A variable whose text `read` understands; `null` from it means that the text is not what was expected. */
const variable = <T>(expected: string, read: (text: string) => T | null) =>
  z.string().transform((text, context) => {
    const value = read(text)
    if (value !== null) {
      return value
    }
    context.addIssue({ code: 'custom', message: `expected ${expected}` })
    return z.NEVER
  })

const matching = (expected: string, pattern: RegExp) => variable(expected, (text) => (pattern.test(text) ? text : null))

const wholeNumber = (least: number, most: number) =>
  variable(`a whole number from ${least} to ${most}`, (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : null
    return value !== null && value >= least && value <= most ? value : null
  })

const oneOf = <const T extends string>(words: readonly T[]) =>
  variable(`one of ${words.join(', ')}`, (text) => words.find((word) => word === text) ?? null)

const duration = variable(`a duration like ${DURATION_EXAMPLES}`, parseDuration)

/** Comma or white space between the parts. */
const listOf = (expected: string, read: (part: string) => string | null) =>
  variable(`${expected}, comma-separated`, (text) => {
    const parts = text.split(/[\s,]+/).filter((part) => part !== '')
    const values = parts.map(read)
    return values.every((value) => value !== null) ? values : null
  })

/** Nobody knows what `::ffff:10.0.0.0/8` means: it is `::/8`, and looks like 10.0.0.0/8. A zone is no range. */
const DOUBTFUL = /%|^[0:]*:ffff:.*\/\d{1,2}$/i

function readCidr(text: string): string | null {
  if (DOUBTFUL.test(text)) {
    return null
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return `${text}/32`
  }
  if (ipaddr.IPv6.isValid(text)) {
    return `${text}/128`
  }
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text) ? text : null
}

const readServer = (text: string): string | null => (addressOfServer(text) === null ? null : text)

/** A CIDR, a name, or `*.` before the name that all of them end in. */
function readEgress(text: string): string | null {
  const name = text.toLowerCase().replace(/\.$/, '')
  return readCidr(text) ?? (isName(name.replace(/^\*\./, '')) ? name : null)
}

const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/
const readHost = (text: string) =>
  text.length <= 253 && (ipaddr.IPv6.isValid(text) || HOST_NAME.test(text)) ? text : null

/** RFC 1123 label, as the API server has it for namespaces. */
const readNamespace = (text: string) => (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text) ? text : null)

const readHttpUrl = (text: string) => (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : null)

/** Links are made of it, so it is an origin and nothing more: what follows it are the paths of the API. */
function readOrigin(text: string): string | null {
  if (readHttpUrl(text) === null) {
    return null
  }
  const { origin, href } = new URL(text)
  return href === `${origin}/` ? origin : null
}

/** A name that says another position than the prober's would be believed. */
const readVantageName = (text: string): string | null =>
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text) && !POSITIONS.some((position) => position === text) ? text : null

const TOKEN = matching('16 to 512 visible ASCII characters without spaces', /^[\x21-\x7e]{16,512}$/)

/** A name that jobs call a cluster by, and the context of a kubeconfig that leads there. */
export type ClusterContext = { name: string; context: string }

const CLUSTER_NAME = /^[\w.:/@-]{1,253}$/

/**
 * `a=context-a,b=context-b`; the name ends at the first `=`, and is the context where there is none. A context with a
 * comma needs JSON: `{"a": "context,a"}`.
 */
function readClusters(text: string): ClusterContext[] | null {
  const pairs = text.startsWith('{') ? pairsOfJson(text) : text.split(/[,\n]/).flatMap(readPair)
  const names = new Set(pairs?.map(({ name }) => name))
  const isGood = pairs?.every(({ name, context }) => CLUSTER_NAME.test(name) && context !== '')
  return pairs !== null && isGood && names.size === pairs.length && names.size > 0 ? pairs : null
}

function readPair(text: string): ClusterContext[] {
  const [name = '', ...rest] = text.trim().split('=')
  return text.trim() === ''
    ? []
    : [{ name: name.trim(), context: rest.length === 0 ? name.trim() : rest.join('=').trim() }]
}

function pairsOfJson(text: string): ClusterContext[] | null {
  try {
    const parsed = z.record(z.string(), z.string()).safeParse(JSON.parse(text))
    return parsed.success ? Object.entries(parsed.data).map(([name, context]) => ({ name, context })) : null
  } catch {
    return null
  }
}

const SHAPE = {
  PORTOLAN_HOST: variable('an IP address or a host name', readHost).default('127.0.0.1'),
  PORTOLAN_PORT: wholeNumber(0, 65_535).default(8080),
  PORTOLAN_PUBLIC_URL: variable('an address like https://portolan.example, without a path', readOrigin)
    .nullable()
    .default(null),
  PORTOLAN_DATABASE: matching('the path of a file', /^[^\0]+$/).default('./data/portolan.db'),
  PORTOLAN_CLUSTER: matching('a name of up to 253 letters, digits and . _ - : / @', CLUSTER_NAME).default('default'),
  PORTOLAN_VANTAGE: oneOf(['in-cluster', 'outside']).nullable().default(null),
  PORTOLAN_VANTAGE_NAME: variable(
    `a name of up to 63 lower-case letters, digits and "-", none of ${POSITIONS.join(', ')}`,
    readVantageName,
  )
    .nullable()
    .default(null),
  PORTOLAN_CLUSTER_DOMAIN: matching('a DNS name like cluster.local', HOST_NAME).nullable().default(null),
  PORTOLAN_DNS_SERVERS: listOf('DNS servers like 10.96.0.10 or 127.0.0.1:5353', readServer).default([]),
  PORTOLAN_DOH_URL: variable('a URL that speaks DNS over HTTPS', readHttpUrl).default(
    'https://cloudflare-dns.com/dns-query',
  ),
  PORTOLAN_KUBECONFIG: matching('the path of a file', /^[^\0]+$/)
    .nullable()
    .default(null),
  PORTOLAN_KUBE_CONTEXT: matching('the name of a context', /^[^\0]+$/)
    .nullable()
    .default(null),
  PORTOLAN_CLUSTERS: variable(
    'names with contexts like a=context-a,b=context-b, each name once, or both in JSON',
    readClusters,
  ).default([]),
  PORTOLAN_STALE_AFTER: duration.default(300_000),
  PORTOLAN_NAMESPACES: listOf('names of namespaces like shop', readNamespace).default([]),
  PORTOLAN_CONCURRENCY: wholeNumber(1, 10_000).default(64),
  PORTOLAN_CONCURRENCY_PER_ADDRESS: wholeNumber(1, 10_000).default(8),
  PORTOLAN_QUEUE_LIMIT: wholeNumber(1, 1_000_000).default(1000),
  PORTOLAN_SCHEDULE_LIMIT: wholeNumber(1, 1_000_000).default(10_000),
  PORTOLAN_EGRESS_ALLOW: listOf('CIDRs like 10.0.0.0/8 or fd00::/8', readCidr).default([]),
  PORTOLAN_EGRESS_DENY: listOf('CIDRs like 10.0.0.0/8 or fd00::/8', readCidr).default([]),
  PORTOLAN_DISCOVER: oneOf(DISCOVER_MODES).default('off'),
  PORTOLAN_DISCOVER_EGRESS: listOf(
    'CIDRs like 10.0.0.0/8 and names like db.example.com or *.example.com',
    readEgress,
  ).default([]),
  PORTOLAN_AUTH: oneOf(['auto', 'none', 'tokens']).default('auto'),
  PORTOLAN_ADMIN_TOKEN: TOKEN.nullable().default(null),
  PORTOLAN_METRICS_TOKEN: TOKEN.nullable().default(null),
  PORTOLAN_SECRET_KEY: matching('32 bytes in base64 (openssl rand -base64 32)', /^[A-Za-z0-9+/]{43}=$/)
    .nullable()
    .default(null),
  PORTOLAN_RETENTION_RAW: duration.default(30 * 86_400_000),
  PORTOLAN_RETENTION_FAILURES: duration.default(90 * 86_400_000),
  PORTOLAN_RETENTION_HOURLY: duration.default(400 * 86_400_000),
  PORTOLAN_RETENTION_DAILY: duration.default(1825 * 86_400_000),
  PORTOLAN_LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
}

export type SettingName = keyof typeof SHAPE
export type Settings = z.output<z.ZodObject<typeof SHAPE>>

export const SETTING_NAMES = Object.keys(SHAPE) as SettingName[]

/** Values that are shown in no message. */
const SECRET: readonly string[] = ['PORTOLAN_ADMIN_TOKEN', 'PORTOLAN_METRICS_TOKEN', 'PORTOLAN_SECRET_KEY']

const KUBERNETES_VALUE = /^(tcp|udp|sctp):\/\//

/**
 * Tells whether Kubernetes has set a variable, as it does in every container of a namespace that has a Service
 * `portolan` or `portolan-…`: it is no setting.
 */
const isKubernetesOwn = (name: string, value: string) =>
  isServiceVariable(name) || (name.endsWith('_PORT') && KUBERNETES_VALUE.test(value))

/**
 * Reads every `PORTOLAN_*` variable of `env`; others are not looked at, empty means unset.
 * @throws ConfigError naming each unknown name (with the near miss) and each value that does not parse, or fit others.
 */
export function readSettings(env: Readonly<Record<string, unknown>>): Settings {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('PORTOLAN_') || typeof value !== 'string' || isKubernetesOwn(name, value)) {
      continue
    }
    if (value.trim() !== '') {
      given[name] = value.trim()
    }
  }
  const parsed = z.strictObject(SHAPE).safeParse(given)
  if (parsed.success) {
    const { PORTOLAN_ADMIN_TOKEN: admin, PORTOLAN_METRICS_TOKEN: metrics } = parsed.data
    if (metrics !== null && metrics === admin) {
      throw new ConfigError('PORTOLAN_METRICS_TOKEN: expected another token than that of PORTOLAN_ADMIN_TOKEN')
    }
    return withOrderedRetention(parsed.data, given)
  }
  throw new ConfigError(parsed.error.issues.flatMap((issue) => describe(issue, given)).join('; '))
}

/** The first is kept as long as the second, at least: a window is read from the finest level that is kept at its edges. */
const KEPT_LONGER = [
  ['PORTOLAN_RETENTION_FAILURES', 'PORTOLAN_RETENTION_RAW'],
  ['PORTOLAN_RETENTION_HOURLY', 'PORTOLAN_RETENTION_RAW'],
  ['PORTOLAN_RETENTION_DAILY', 'PORTOLAN_RETENTION_HOURLY'],
] as const

/** A retention that nobody has set is made long enough; one that somebody has set is refused if it is too short. */
function withOrderedRetention(settings: Settings, given: Readonly<Record<string, string>>): Settings {
  const ordered = { ...settings }
  const wrong: string[] = []
  for (const [longer, shorter] of KEPT_LONGER) {
    if (ordered[longer] >= ordered[shorter]) {
      continue
    }
    if (given[longer] === undefined) {
      ordered[longer] = ordered[shorter]
    } else {
      const least = formatDuration(ordered[shorter])
      wrong.push(`${longer}: expected no less than ${shorter} (${least}), found ${JSON.stringify(given[longer])}`)
    }
  }
  if (wrong.length > 0) {
    throw new ConfigError(wrong.join('; '))
  }
  return ordered
}

function describe(issue: z.core.$ZodIssue, given: Readonly<Record<string, string>>): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => {
      const near = nearMiss(name, SETTING_NAMES)
      return `${name}: there is no such setting${near === null ? '' : `; did you mean ${near}?`}`
    })
  }
  const name = String(issue.path[0])
  return [`${name}: ${issue.message}${SECRET.includes(name) ? '' : `, found ${JSON.stringify(given[name])}`}`]
}

/** The settings that mean the same on both runtimes. Durations are in milliseconds. */
export type CommonConfig = {
  /** The name of the cluster that Portolan stands in or reads. */
  cluster: string
  /** Without a slash at the end. */
  publicUrl: string | null
  /** `null`: the prober is called as it stands. */
  vantageName: string | null
  /** `null`: it is detected if the runtime can, else the default of Kubernetes is taken. */
  clusterDomain: string | null
  /** `ip` or `ip:port`; empty: the runtime asks its own. */
  dnsServers: readonly string[]
  concurrencyPerAddress: number
  /** At most so many jobs wait. */
  queueLimit: number
  /** There may be so many schedules. */
  scheduleLimit: number
  /** CIDRs. */
  egressAllow: readonly string[]
  egressDeny: readonly string[]
  adminToken: string | null
  /** Opens `/metrics` and nothing else. */
  metricsToken: string | null
  /** 32 bytes in base64; `null`: a runtime that can keeps a key file. */
  secretKey: string | null
  retention: Retention
  logLevel: LogLevel
}

/** Picks what both runtimes read. */
export const commonConfig = (settings: Settings): CommonConfig => ({
  cluster: settings.PORTOLAN_CLUSTER,
  publicUrl: settings.PORTOLAN_PUBLIC_URL,
  vantageName: settings.PORTOLAN_VANTAGE_NAME,
  clusterDomain: settings.PORTOLAN_CLUSTER_DOMAIN,
  dnsServers: settings.PORTOLAN_DNS_SERVERS,
  concurrencyPerAddress: settings.PORTOLAN_CONCURRENCY_PER_ADDRESS,
  queueLimit: settings.PORTOLAN_QUEUE_LIMIT,
  scheduleLimit: settings.PORTOLAN_SCHEDULE_LIMIT,
  egressAllow: settings.PORTOLAN_EGRESS_ALLOW,
  egressDeny: settings.PORTOLAN_EGRESS_DENY,
  adminToken: settings.PORTOLAN_ADMIN_TOKEN,
  metricsToken: settings.PORTOLAN_METRICS_TOKEN,
  secretKey: settings.PORTOLAN_SECRET_KEY,
  retention: {
    rawMs: settings.PORTOLAN_RETENTION_RAW,
    failuresMs: settings.PORTOLAN_RETENTION_FAILURES,
    hourlyMs: settings.PORTOLAN_RETENTION_HOURLY,
    dailyMs: settings.PORTOLAN_RETENTION_DAILY,
  },
  logLevel: settings.PORTOLAN_LOG_LEVEL,
})
