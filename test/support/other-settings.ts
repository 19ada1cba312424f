import type { SettingName } from '../../src/runtime/setting-shapes.ts'

/** A value of each that is not what it is without being set. */
export const OTHER_SETTINGS: Readonly<Record<SettingName, string>> = {
  PORTOLAN_HOST: '::1',
  PORTOLAN_PORT: '9',
  PORTOLAN_PUBLIC_URL: 'https://portolan.example',
  PORTOLAN_TRUSTED_PROXIES: '10.0.0.0/8',
  PORTOLAN_DATABASE: 'other.db',
  PORTOLAN_CLUSTER: 'other',
  PORTOLAN_VANTAGE: 'outside',
  PORTOLAN_VANTAGE_NAME: 'office',
  PORTOLAN_CLUSTER_DOMAIN: 'k8s.example',
  PORTOLAN_DNS_SERVERS: '10.96.0.10',
  PORTOLAN_DOH_URL: 'https://doh.example/dns-query',
  PORTOLAN_KUBECONFIG: 'config',
  PORTOLAN_KUBE_CONTEXT: 'other',
  PORTOLAN_CLUSTERS: 'a=context-a,b=context-b',
  PORTOLAN_STALE_AFTER: '1m',
  PORTOLAN_NAMESPACES: 'shop,pond',
  PORTOLAN_CONCURRENCY: '1',
  PORTOLAN_CONCURRENCY_PER_ADDRESS: '1',
  PORTOLAN_QUEUE_LIMIT: '1',
  PORTOLAN_SCHEDULE_LIMIT: '1',
  PORTOLAN_RATE_LIMIT_REQUESTS: '7',
  PORTOLAN_RATE_LIMIT_ADDRESS: '7',
  PORTOLAN_RATE_LIMIT_FAILURES: '7',
  PORTOLAN_RATE_LIMIT_JOBS: '7',
  PORTOLAN_RATE_LIMIT_TRIES: '7',
  PORTOLAN_JOB_BYTES_LIMIT: '500MiB',
  PORTOLAN_JOB_TIME_LIMIT: '5m',
  PORTOLAN_TOKEN_BYTES_LIMIT: '2GiB',
  PORTOLAN_TOKEN_TIME_LIMIT: '1h',
  PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
  PORTOLAN_EGRESS_DENY: '10.0.0.0/8',
  PORTOLAN_EGRESS_DENY_PORTS: '25',
  PORTOLAN_DISCOVER: 'all',
  PORTOLAN_DISCOVER_EGRESS: '192.0.2.0/24,*.example.com',
  PORTOLAN_AUTH: 'none',
  PORTOLAN_ADMIN_TOKEN: 'x'.repeat(16),
  PORTOLAN_METRICS_TOKEN: 'm'.repeat(16),
  PORTOLAN_DOCS: 'private',
  PORTOLAN_MCP: 'off',
  PORTOLAN_JWT_RULES:
    '[{"issuer": "https://id.example", "audience": "portolan", "claims": {"sub": "toad"}, "scopes": ["plan"]}]',
  PORTOLAN_OIDC_ISSUER: 'https://id.example',
  PORTOLAN_OIDC_CLIENT_ID: 'portolan',
  PORTOLAN_OIDC_CLIENT_SECRET: 's'.repeat(16),
  PORTOLAN_OIDC_SCOPES: 'openid groups',
  PORTOLAN_SECRET_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  PORTOLAN_SECRET_KEYS: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  PORTOLAN_RETENTION_RAW: '1d',
  PORTOLAN_RETENTION_FAILURES: '91d',
  PORTOLAN_RETENTION_HOURLY: '401d',
  PORTOLAN_RETENTION_DAILY: '1826d',
  PORTOLAN_RETENTION_AUDIT: '401d',
  PORTOLAN_RETENTION_HOLD: '4d',
  PORTOLAN_LOG_LEVEL: 'debug',
  PORTOLAN_SERVER: 'https://portolan.example/below',
  PORTOLAN_TOKEN: 't'.repeat(16),
  PORTOLAN_TOKEN_FILE: '/run/secrets/portolan/token',
  PORTOLAN_INSECURE_HTTP: 'true',
}

const ruleOf = (issuer: string, audience: string) => ({ issuer, audience, claims: { sub: '*' }, scopes: ['plan'] })

/** A login that is whole, and another rule for each part of it that may be another. */
const LOGIN: Readonly<Record<string, string>> = {
  PORTOLAN_JWT_RULES: JSON.stringify([
    ruleOf('https://login.example', 'client'),
    ruleOf('https://id.example', 'client'),
    ruleOf('https://login.example', 'portolan'),
  ]),
  PORTOLAN_OIDC_ISSUER: 'https://login.example',
  PORTOLAN_OIDC_CLIENT_ID: 'client',
  PORTOLAN_OIDC_CLIENT_SECRET: 'the-first-secret',
}

/** What must be set for a setting to mean anything. */
export const BESIDE: Readonly<Partial<Record<SettingName, Readonly<Record<string, string>>>>> = {
  PORTOLAN_OIDC_ISSUER: LOGIN,
  PORTOLAN_OIDC_CLIENT_ID: LOGIN,
  PORTOLAN_OIDC_CLIENT_SECRET: LOGIN,
  PORTOLAN_OIDC_SCOPES: LOGIN,
}
