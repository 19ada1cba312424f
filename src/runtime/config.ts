/**
 * The configuration that both runtimes share: every `PORTOLAN_*` name with what it means, read once in the
 * composition root. A runtime picks the names that it knows; the names of the other one are accepted and unused,
 * so that one set of variables fits both.
 *
 * @module
 */
import { z } from 'zod'
import type { OidcClient } from '../api/access/oidc.ts'
import type { UsageLimits } from '../check/usage.ts'
import type { RateLimits } from '../job/limits.ts'
import { formatDuration } from '../lib/duration.ts'
import type { LogLevel } from '../lib/log.ts'
import { nearMiss } from '../lib/near.ts'
import { isServiceVariable } from '../plan/environment.ts'
import type { JwtRule } from '../record/jwt-rule.ts'
import type { Retention } from '../store/retention.ts'
import { CLIENT_SHAPE, SETTING_NAMES, type SettingName, SHAPE } from './setting-shapes.ts'

/** The configuration cannot be used. The message is one line: each wrong variable with what was expected. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly mistakes: readonly string[]

  constructor(...mistakes: readonly string[]) {
    super(mistakes.join('; '))
    this.mistakes = mistakes
  }
}

export type Settings = z.output<z.ZodObject<typeof SHAPE>>
export type ClientEnv = z.output<z.ZodObject<typeof CLIENT_SHAPE>>

/** Values that are shown in no message. */
export const SECRET_SETTINGS: readonly SettingName[] = [
  'PORTOLAN_ADMIN_TOKEN',
  'PORTOLAN_METRICS_TOKEN',
  'PORTOLAN_SECRET_KEY',
  'PORTOLAN_SECRET_KEYS',
  'PORTOLAN_OIDC_CLIENT_SECRET',
  'PORTOLAN_TOKEN',
]
/** The messages of these do not quote what was found; those of the rules say it, as far as it helps. */
const QUIET: readonly string[] = [...SECRET_SETTINGS, 'PORTOLAN_JWT_RULES']

const KUBERNETES_VALUE = /^(tcp|udp|sctp):\/\//

/**
 * Tells whether Kubernetes has set a variable, as it does in every container of a namespace that has a Service
 * `portolan` or `portolan-…`: it is no setting.
 */
const isKubernetesOwn = (name: string, value: string) =>
  isServiceVariable(name) || (name.endsWith('_PORT') && KUBERNETES_VALUE.test(value))

/**
 * Says in a message where a setting has been set, so that whoever reads it knows what to change: its name as a rule.
 */
export type NameOf = (name: string) => string

/** Settings as texts, of whichever reader; others are not looked at, empty means unset. */
export function givenSettings(env: Readonly<Record<string, unknown>>): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('PORTOLAN_') || typeof value !== 'string' || isKubernetesOwn(name, value)) {
      continue
    }
    if (value.trim() !== '') {
      given[name] = value.trim()
    }
  }
  return given
}

/**
 * Reads what a server is set to from every `PORTOLAN_*` variable of `env`; of the settings of clients it knows the
 * names.
 *
 * @throws ConfigError naming each unknown name (with the near miss) and each value that does not parse, or fit others.
 */
export function readSettings(env: Readonly<Record<string, unknown>>, nameOf: NameOf = asItIs): Settings {
  const given = givenSettings(env)
  const settings = parse(SHAPE, given, nameOf)
  const { PORTOLAN_ADMIN_TOKEN: admin, PORTOLAN_METRICS_TOKEN: metrics } = settings
  if (metrics !== null && metrics === admin) {
    throw new ConfigError(
      `${nameOf('PORTOLAN_METRICS_TOKEN')}: expected another token than that of PORTOLAN_ADMIN_TOKEN`,
    )
  }
  refuseBothKeys(settings, nameOf)
  const wrong = wrongWithLogin(settings, nameOf)
  if (wrong !== null) {
    throw new ConfigError(wrong)
  }
  return withOrderedRetention(settings, given, nameOf)
}

/**
 * Reads what says whom to ask, and as whom; of the settings of servers it knows the names.
 *
 * @throws ConfigError as {@link readSettings}
 */
export const readClientEnv = (env: Readonly<Record<string, unknown>>, nameOf: NameOf = asItIs): ClientEnv =>
  parse(CLIENT_SHAPE, givenSettings(env), nameOf)

const asItIs: NameOf = (name) => name

/** Reads the settings of `shape`. Others are not read, so that one set of variables fits everybody. */
function parse<S extends z.ZodRawShape>(
  shape: S,
  given: Readonly<Record<string, string>>,
  nameOf: NameOf,
): z.output<z.ZodObject<S>> {
  const unknown = Object.keys(given).filter((name) => !isSetting(name))
  const parsed = z.object(shape).safeParse(given)
  const wrong = [
    ...(parsed.error?.issues.map((issue) => describe(issue, given, nameOf)) ?? []),
    ...unknown.map(noSuchSetting),
  ]
  if (!parsed.success || wrong.length > 0) {
    throw new ConfigError(...wrong)
  }
  return parsed.data
}

const isSetting = (name: string): name is SettingName => SETTING_NAMES.some((known) => known === name)

function noSuchSetting(name: string): string {
  if (name === 'PORTOLAN_CONFIG') {
    return `${name}: there is no such setting; a file of settings is named by --config`
  }
  const near = nearMiss(name, SETTING_NAMES)
  return `${name}: there is no such setting${near === null ? '' : `; did you mean ${near}?`}`
}

/** Which of the two would be the newest is not to be guessed. */
function refuseBothKeys({ PORTOLAN_SECRET_KEY: one, PORTOLAN_SECRET_KEYS: several }: Settings, nameOf: NameOf): void {
  if (one !== null && several.length > 0) {
    throw new ConfigError(
      `${nameOf('PORTOLAN_SECRET_KEYS')}: ${nameOf('PORTOLAN_SECRET_KEY')} is set, too. Put its key into the list, ` +
        'behind the new one, and unset PORTOLAN_SECRET_KEY',
    )
  }
  if (new Set(several).size < several.length) {
    throw new ConfigError(`${nameOf('PORTOLAN_SECRET_KEYS')}: expected each key once`)
  }
}

const secretKeysOf = ({ PORTOLAN_SECRET_KEY: one, PORTOLAN_SECRET_KEYS: several }: Settings): readonly string[] =>
  one === null ? several : [one]

/** A login that nobody could finish is refused at the start. */
function wrongWithLogin({ PORTOLAN_JWT_RULES: rules, ...settings }: Settings, nameOf: NameOf): string | null {
  const { PORTOLAN_OIDC_ISSUER: issuer, PORTOLAN_OIDC_CLIENT_ID: clientId } = settings
  const names = ['PORTOLAN_OIDC_ISSUER', 'PORTOLAN_OIDC_CLIENT_ID', 'PORTOLAN_OIDC_CLIENT_SECRET'] as const
  const missing = names.filter((name) => settings[name] === null)
  if (missing.length > 0) {
    return missing.length === names.length
      ? null
      : `${missing.join(', ')}: expected beside the other two of ${names.join(', ')}`
  }
  if (!settings.PORTOLAN_OIDC_SCOPES.includes('openid')) {
    return `${nameOf('PORTOLAN_OIDC_SCOPES')}: expected openid among them`
  }
  return rules.some((rule) => rule.issuer === issuer && rule.audience === clientId && rule.tokenReview === null)
    ? null
    : `${nameOf('PORTOLAN_OIDC_ISSUER')}: expected a rule in PORTOLAN_JWT_RULES with this issuer, and with PORTOLAN_OIDC_CLIENT_ID ` +
        'as its audience: it says who may log in'
}

/**
 * The first is kept as long as the second, at least: a window is read from the finest level that is kept at its edges.
 */
const KEPT_LONGER = [
  ['PORTOLAN_RETENTION_FAILURES', 'PORTOLAN_RETENTION_RAW'],
  ['PORTOLAN_RETENTION_HOURLY', 'PORTOLAN_RETENTION_RAW'],
  ['PORTOLAN_RETENTION_DAILY', 'PORTOLAN_RETENTION_HOURLY'],
] as const

/** A retention that nobody has set is made long enough; one that somebody has set is refused if it is too short. */
function withOrderedRetention(settings: Settings, given: Readonly<Record<string, string>>, nameOf: NameOf): Settings {
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
      wrong.push(
        `${nameOf(longer)}: expected no less than ${shorter} (${least}), found ${JSON.stringify(given[longer])}`,
      )
    }
  }
  if (wrong.length > 0) {
    throw new ConfigError(...wrong)
  }
  return ordered
}

function describe(issue: z.core.$ZodIssue, given: Readonly<Record<string, string>>, nameOf: NameOf): string {
  const name = String(issue.path[0])
  return `${nameOf(name)}: ${issue.message}${QUIET.includes(name) ? '' : `, found ${shown(given[name])}`}`
}

/** Without the user and the password that somebody has put into a URL. */
const shown = (value = ''): string => JSON.stringify(value.replace(/\/\/[^/?#\s]*@/g, '//…@'))

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
  rateLimits: RateLimits
  usageLimits: UsageLimits
  /** CIDRs. */
  egressAllow: readonly string[]
  egressDeny: readonly string[]
  /** Not dialled on public addresses. */
  egressDenyPorts: readonly number[]
  adminToken: string | null
  /** Opens `/metrics` and nothing else. */
  metricsToken: string | null
  /** `private`: documentation needs a token as well. */
  docs: 'open' | 'private'
  /** Programs that models drive may ask at `/mcp`. */
  mcp: boolean
  /** 32 bytes in base64 each, the newest first; empty: a runtime that can keeps a key file. */
  secretKeys: readonly string[]
  /** Tell what the bearers of tokens that others have signed may do. */
  jwtRules: readonly JwtRule[]
  /** The identity provider at which people log in; null if they log in with a token only. */
  oidc: OidcClient | null
  retention: Retention & { holdMs: number }
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
  rateLimits: {
    requests: settings.PORTOLAN_RATE_LIMIT_REQUESTS,
    jobs: settings.PORTOLAN_RATE_LIMIT_JOBS,
    tries: settings.PORTOLAN_RATE_LIMIT_TRIES,
    address: settings.PORTOLAN_RATE_LIMIT_ADDRESS,
    failures: settings.PORTOLAN_RATE_LIMIT_FAILURES,
  },
  usageLimits: {
    jobBytes: settings.PORTOLAN_JOB_BYTES_LIMIT,
    jobMs: settings.PORTOLAN_JOB_TIME_LIMIT,
    tokenBytes: settings.PORTOLAN_TOKEN_BYTES_LIMIT,
    tokenMs: settings.PORTOLAN_TOKEN_TIME_LIMIT,
  },
  egressAllow: settings.PORTOLAN_EGRESS_ALLOW,
  egressDeny: settings.PORTOLAN_EGRESS_DENY,
  egressDenyPorts: settings.PORTOLAN_EGRESS_DENY_PORTS,
  adminToken: settings.PORTOLAN_ADMIN_TOKEN,
  metricsToken: settings.PORTOLAN_METRICS_TOKEN,
  docs: settings.PORTOLAN_DOCS,
  mcp: settings.PORTOLAN_MCP === 'on',
  secretKeys: secretKeysOf(settings),
  jwtRules: settings.PORTOLAN_JWT_RULES,
  oidc: oidcConfig(settings),
  retention: {
    rawMs: settings.PORTOLAN_RETENTION_RAW,
    failuresMs: settings.PORTOLAN_RETENTION_FAILURES,
    hourlyMs: settings.PORTOLAN_RETENTION_HOURLY,
    dailyMs: settings.PORTOLAN_RETENTION_DAILY,
    auditMs: settings.PORTOLAN_RETENTION_AUDIT,
    holdMs: settings.PORTOLAN_RETENTION_HOLD,
  },
  logLevel: settings.PORTOLAN_LOG_LEVEL,
})

function oidcConfig(settings: Settings): OidcClient | null {
  const { PORTOLAN_OIDC_ISSUER: issuer, PORTOLAN_OIDC_CLIENT_ID: clientId } = settings
  const { PORTOLAN_OIDC_CLIENT_SECRET: clientSecret, PORTOLAN_OIDC_SCOPES: scopes } = settings
  return issuer === null || clientId === null || clientSecret === null
    ? null
    : { issuer, clientId, clientSecret, scopes }
}
