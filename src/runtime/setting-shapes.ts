/**
 * Every `PORTOLAN_*` setting with what its text may be and what it is without being set. What each means stands in
 * `settings.ts`.
 *
 * @module
 */
import { MAIL_PORTS } from '../check/policy.ts'
import { BYTES_EXAMPLES, parseBytes } from '../lib/bytes.ts'
import { readCidr } from '../lib/cidr.ts'
import { DURATION_EXAMPLES, parseDuration } from '../lib/duration.ts'
import { LOG_LEVELS } from '../lib/log.ts'
import { POSITIONS } from '../plan/path.ts'
import { isIssuer } from '../record/issuer-url.ts'
import { DISCOVER_MODES } from '../schedule/annotations.ts'
import {
  CLUSTER_NAME,
  clusterContexts,
  duration,
  type Form,
  formIn,
  HOST_NAME,
  jwtRules,
  limitOf,
  listOf,
  matching,
  oneOf,
  portList,
  readEgress,
  readHost,
  readHttpUrl,
  readNamespace,
  readOrigin,
  readServer,
  readServerUrl,
  readVantageName,
  SECRET_KEY,
  SENT_TOKEN,
  TOKEN,
  unlessOff,
  variable,
  wholeNumber,
  yesOrNo,
} from './setting-values.ts'

/** The settings of a server. A command that probes from its own process reads some of them. */
export const SHAPE = {
  PORTOLAN_HOST: variable('an IP address or a host name', readHost).default('127.0.0.1'),
  PORTOLAN_PORT: wholeNumber(0, 65_535).default(8080),
  PORTOLAN_PUBLIC_URL: variable('an address like https://portolan.example, without a path', readOrigin)
    .nullable()
    .default(null),
  PORTOLAN_TRUSTED_PROXIES: listOf('CIDRs like 10.0.0.0/8 or fd00::/8', readCidr).default([]),
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
  PORTOLAN_CLUSTERS: clusterContexts.default([]),
  PORTOLAN_STALE_AFTER: duration.default(300_000),
  PORTOLAN_NAMESPACES: listOf('names of namespaces like shop', readNamespace).default([]),
  PORTOLAN_CONCURRENCY: wholeNumber(1, 10_000).default(64),
  PORTOLAN_CONCURRENCY_PER_ADDRESS: wholeNumber(1, 10_000).default(8),
  PORTOLAN_QUEUE_LIMIT: wholeNumber(1, 1_000_000).default(1000),
  PORTOLAN_SCHEDULE_LIMIT: wholeNumber(1, 1_000_000).default(10_000),
  PORTOLAN_RATE_LIMIT_REQUESTS: limitOf(1_000_000).default(600),
  PORTOLAN_RATE_LIMIT_ADDRESS: limitOf(1_000_000).default(600),
  PORTOLAN_RATE_LIMIT_FAILURES: limitOf(1_000_000).default(30),
  PORTOLAN_RATE_LIMIT_JOBS: limitOf(1_000_000).default(500),
  PORTOLAN_RATE_LIMIT_TRIES: limitOf(100_000_000).default(100_000),
  PORTOLAN_JOB_BYTES_LIMIT: unlessOff(`bytes like ${BYTES_EXAMPLES}`, parseBytes).default(1024 ** 3),
  PORTOLAN_JOB_TIME_LIMIT: unlessOff(`a duration like ${DURATION_EXAMPLES}`, parseDuration).default(15 * 60_000),
  PORTOLAN_TOKEN_BYTES_LIMIT: unlessOff(`bytes like ${BYTES_EXAMPLES}`, parseBytes).default(4 * 1024 ** 3),
  PORTOLAN_TOKEN_TIME_LIMIT: unlessOff(`a duration like ${DURATION_EXAMPLES}`, parseDuration).default(8 * 3_600_000),
  PORTOLAN_EGRESS_ALLOW: listOf('CIDRs like 10.0.0.0/8 or fd00::/8', readCidr).default([]),
  PORTOLAN_EGRESS_DENY: listOf('CIDRs like 10.0.0.0/8 or fd00::/8', readCidr).default([]),
  PORTOLAN_EGRESS_DENY_PORTS: portList.default([...MAIL_PORTS]),
  PORTOLAN_DISCOVER: oneOf(DISCOVER_MODES).default('off'),
  PORTOLAN_DISCOVER_EGRESS: listOf(
    'CIDRs like 10.0.0.0/8 and names like db.example.com or *.example.com',
    readEgress,
  ).default([]),
  PORTOLAN_AUTH: oneOf(['auto', 'none', 'tokens']).default('auto'),
  PORTOLAN_ADMIN_TOKEN: TOKEN.nullable().default(null),
  PORTOLAN_METRICS_TOKEN: TOKEN.nullable().default(null),
  PORTOLAN_DOCS: oneOf(['open', 'private']).default('open'),
  PORTOLAN_MCP: oneOf(['on', 'off']).default('on'),
  PORTOLAN_JWT_RULES: jwtRules.default([]),
  PORTOLAN_OIDC_ISSUER: variable('a URL like https://id.example.com, as its tokens have it in "iss"', (text) =>
    isIssuer(text) ? text : null,
  )
    .nullable()
    .default(null),
  PORTOLAN_OIDC_CLIENT_ID: matching('up to 500 visible characters', /^[\x21-\x7e]{1,500}$/)
    .nullable()
    .default(null),
  PORTOLAN_OIDC_CLIENT_SECRET: matching('8 to 1000 visible characters', /^[\x21-\x7e]{8,1000}$/)
    .nullable()
    .default(null),
  PORTOLAN_OIDC_SCOPES: listOf('names of scopes like openid profile email', (name) =>
    /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(name) ? name : null,
  ).default(['openid', 'profile', 'email']),
  PORTOLAN_SECRET_KEY: matching('32 bytes in base64 (openssl rand -base64 32)', SECRET_KEY).nullable().default(null),
  PORTOLAN_SECRET_KEYS: listOf('keys of 32 bytes in base64 (openssl rand -base64 32), the newest first', (text) =>
    SECRET_KEY.test(text) ? text : null,
  ).default([]),
  PORTOLAN_RETENTION_RAW: duration.default(30 * 86_400_000),
  PORTOLAN_RETENTION_FAILURES: duration.default(90 * 86_400_000),
  PORTOLAN_RETENTION_HOURLY: duration.default(400 * 86_400_000),
  PORTOLAN_RETENTION_DAILY: duration.default(1825 * 86_400_000),
  PORTOLAN_RETENTION_AUDIT: duration.default(400 * 86_400_000),
  PORTOLAN_RETENTION_HOLD: duration.default(3 * 86_400_000),
  PORTOLAN_LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
}

/** The settings of a command that asks a server. */
export const CLIENT_SHAPE = {
  PORTOLAN_SERVER: variable('a URL like https://portolan.example, without user, password and query', readServerUrl)
    .nullable()
    .default(null),
  PORTOLAN_TOKEN: matching('up to 16384 visible ASCII characters without spaces', SENT_TOKEN).nullable().default(null),
  PORTOLAN_TOKEN_FILE: matching('the path of a file', /^[^\0]+$/)
    .nullable()
    .default(null),
  PORTOLAN_INSECURE_HTTP: yesOrNo.default(false),
}

export type ServerSettingName = keyof typeof SHAPE
export type ClientSettingName = keyof typeof CLIENT_SHAPE
export type SettingName = ServerSettingName | ClientSettingName

export const SERVER_SETTING_NAMES = Object.keys(SHAPE) as ServerSettingName[]
const CLIENT_SETTING_NAMES = Object.keys(CLIENT_SHAPE) as ClientSettingName[]
export const SETTING_NAMES: readonly SettingName[] = [...SERVER_SETTING_NAMES, ...CLIENT_SETTING_NAMES]

/** Tells how a setting is written in a file. */
export const formOf = (name: SettingName): Form => formIn({ ...SHAPE, ...CLIENT_SHAPE }[name])
