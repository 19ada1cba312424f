import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

const DAY_MS = 86_400_000

const messageOf = (env: Record<string, string>): string => {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigError') {
      return error.message
    }
    throw error
  }
  return 'no error'
}

describe('readConfig', () => {
  it('takes no metrics token that would open everything, and shows neither', () => {
    const token = 'one-token-for-both-0123'
    expect(messageOf({ PORTOLAN_ADMIN_TOKEN: token, PORTOLAN_METRICS_TOKEN: token })).toBe(
      'PORTOLAN_METRICS_TOKEN: expected another token than that of PORTOLAN_ADMIN_TOKEN',
    )
    expect(messageOf({ PORTOLAN_METRICS_TOKEN: 'too-short' })).toBe(
      'PORTOLAN_METRICS_TOKEN: expected 16 to 512 visible ASCII characters without spaces',
    )
  })

  it('needs nothing', () => {
    expect(readConfig({ PATH: '/bin' })).toEqual({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: null,
      trustedProxies: [],
      databaseFile: './data/portolan.db',
      cluster: 'default',
      position: null,
      vantageName: null,
      clusterDomain: null,
      dnsServers: [],
      namespaces: [],
      staleAfterMs: 300_000,
      concurrency: 64,
      concurrencyPerAddress: 8,
      queueLimit: 1000,
      scheduleLimit: 10_000,
      rateLimits: { requests: 600, jobs: 500, tries: 100_000, address: 600, failures: 30 },
      usageLimits: { jobBytes: 2 ** 30, jobMs: 900_000, tokenBytes: 2 ** 32, tokenMs: 28_800_000 },
      egressAllow: [],
      egressDeny: [],
      egressDenyPorts: [25, 465, 587],
      discover: 'off',
      discoverEgress: { ranges: [], names: [] },
      auth: 'auto',
      kubeconfig: null,
      kubeContext: null,
      clusters: [],
      adminToken: null,
      metricsToken: null,
      docs: 'open',
      mcp: true,
      secretKeys: [],
      retention: {
        rawMs: 30 * DAY_MS,
        failuresMs: 90 * DAY_MS,
        hourlyMs: 400 * DAY_MS,
        dailyMs: 1825 * DAY_MS,
        auditMs: 400 * DAY_MS,
        holdMs: 3 * DAY_MS,
      },
      jwtRules: [],
      oidc: null,
      logLevel: 'info',
      notRead: [],
    })
  })

  it('reads every name of the contract', () => {
    const secretKey = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
    expect(
      readConfig({
        PORTOLAN_HOST: '::',
        PORTOLAN_PORT: '0',
        PORTOLAN_PUBLIC_URL: 'HTTPS://Portolan.example:443/',
        PORTOLAN_TRUSTED_PROXIES: '10.1.2.3 fd00::/8',
        PORTOLAN_DATABASE: '/var/lib/portolan/p.db',
        PORTOLAN_CLUSTER: 'arn:aws:eks:eu-west-1:1:cluster/prod',
        PORTOLAN_VANTAGE: 'in-cluster',
        PORTOLAN_VANTAGE_NAME: 'zone-a',
        PORTOLAN_CLUSTER_DOMAIN: 'k8s.example',
        PORTOLAN_DNS_SERVERS: '10.96.0.10,127.0.0.1:5353, [::1]:53 fd00::a',
        PORTOLAN_NAMESPACES: 'shop, pond',
        PORTOLAN_STALE_AFTER: '1m',
        PORTOLAN_KUBECONFIG: '/etc/a:/etc/b',
        PORTOLAN_KUBE_CONTEXT: 'admin@prod',
        PORTOLAN_CLUSTERS: 'prod=arn:aws:eks:eu-west-1:1:cluster/prod, b=x=y@z',
        PORTOLAN_CONCURRENCY: '1',
        PORTOLAN_CONCURRENCY_PER_ADDRESS: '2',
        PORTOLAN_QUEUE_LIMIT: '3',
        PORTOLAN_SCHEDULE_LIMIT: '4',
        PORTOLAN_RATE_LIMIT_REQUESTS: '5',
        PORTOLAN_RATE_LIMIT_ADDRESS: 'off',
        PORTOLAN_RATE_LIMIT_FAILURES: '6',
        PORTOLAN_RATE_LIMIT_JOBS: '7',
        PORTOLAN_RATE_LIMIT_TRIES: '8',
        PORTOLAN_JOB_BYTES_LIMIT: '64KiB',
        PORTOLAN_JOB_TIME_LIMIT: '30s',
        PORTOLAN_TOKEN_BYTES_LIMIT: '5MiB',
        PORTOLAN_TOKEN_TIME_LIMIT: 'off',
        PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8,::1',
        PORTOLAN_EGRESS_DENY: '10.1.2.3 fd00::/8',
        PORTOLAN_EGRESS_DENY_PORTS: 'none',
        PORTOLAN_DISCOVER: 'annotated',
        PORTOLAN_DISCOVER_EGRESS: '10.4.0.9, fd00::/8 DB.example.com. *.corp.example.com',
        PORTOLAN_AUTH: 'tokens',
        PORTOLAN_ADMIN_TOKEN: 'x'.repeat(16),
        PORTOLAN_METRICS_TOKEN: 'm'.repeat(16),
        PORTOLAN_DOCS: 'private',
        PORTOLAN_MCP: 'off',
        PORTOLAN_JWT_RULES:
          '[{"issuer": "https://id.example", "audience": "portolan", "claims": {"sub": "*"}, "scopes": ["plan"]}]',
        PORTOLAN_OIDC_ISSUER: 'https://id.example',
        PORTOLAN_OIDC_CLIENT_ID: 'portolan',
        PORTOLAN_OIDC_CLIENT_SECRET: 's'.repeat(16),
        PORTOLAN_OIDC_SCOPES: 'openid groups',
        PORTOLAN_SECRET_KEY: secretKey,
        PORTOLAN_RETENTION_RAW: '90s',
        PORTOLAN_RETENTION_FAILURES: '15m',
        PORTOLAN_RETENTION_HOURLY: '24h',
        PORTOLAN_RETENTION_DAILY: '2d',
        PORTOLAN_RETENTION_HOLD: '1s',
        PORTOLAN_LOG_LEVEL: 'debug',
      }),
    ).toEqual({
      host: '::',
      port: 0,
      publicUrl: 'https://portolan.example',
      trustedProxies: ['10.1.2.3/32', 'fd00::/8'],
      databaseFile: '/var/lib/portolan/p.db',
      cluster: 'arn:aws:eks:eu-west-1:1:cluster/prod',
      position: 'in-cluster',
      vantageName: 'zone-a',
      clusterDomain: 'k8s.example',
      dnsServers: ['10.96.0.10', '127.0.0.1:5353', '[::1]:53', 'fd00::a'],
      namespaces: ['shop', 'pond'],
      staleAfterMs: 60_000,
      concurrency: 1,
      concurrencyPerAddress: 2,
      queueLimit: 3,
      scheduleLimit: 4,
      rateLimits: { requests: 5, jobs: 7, tries: 8, address: null, failures: 6 },
      usageLimits: { jobBytes: 65_536, jobMs: 30_000, tokenBytes: 5 * 2 ** 20, tokenMs: null },
      egressAllow: ['127.0.0.0/8', '::1/128'],
      egressDeny: ['10.1.2.3/32', 'fd00::/8'],
      egressDenyPorts: [],
      discover: 'annotated',
      discoverEgress: { ranges: ['10.4.0.9/32', 'fd00::/8'], names: ['db.example.com', '*.corp.example.com'] },
      auth: 'tokens',
      kubeconfig: '/etc/a:/etc/b',
      kubeContext: 'admin@prod',
      clusters: [
        { name: 'prod', context: 'arn:aws:eks:eu-west-1:1:cluster/prod' },
        { name: 'b', context: 'x=y@z' },
      ],
      adminToken: 'x'.repeat(16),
      metricsToken: 'm'.repeat(16),
      docs: 'private',
      mcp: false,
      secretKeys: [secretKey],
      jwtRules: [
        {
          issuer: 'https://id.example',
          audience: 'portolan',
          claims: { sub: ['*'] },
          keys: null,
          tokenReview: null,
          grant: {
            scopes: new Set(['plan']),
            namespaces: null,
            clusters: null,
            manifests: false,
            egressOnly: null,
            rateLimit: null,
          },
        },
      ],
      oidc: {
        issuer: 'https://id.example',
        clientId: 'portolan',
        clientSecret: 's'.repeat(16),
        scopes: ['openid', 'groups'],
      },
      retention: {
        ...{ rawMs: 90_000, failuresMs: 900_000, hourlyMs: DAY_MS, dailyMs: 2 * DAY_MS },
        ...{ auditMs: 400 * DAY_MS, holdMs: 1000 },
      },
      logLevel: 'debug',
      notRead: [],
    })
  })

  it('takes a context for its own name, and contexts with a comma in JSON', () => {
    const clusters = (text: string) => readConfig({ PORTOLAN_CLUSTERS: text }).clusters
    expect(clusters('arn:aws:eks:eu-west-1:1:cluster/prod,kind-a')).toEqual([
      { name: 'arn:aws:eks:eu-west-1:1:cluster/prod', context: 'arn:aws:eks:eu-west-1:1:cluster/prod' },
      { name: 'kind-a', context: 'kind-a' },
    ])
    expect(clusters('{"a": "one, two", "b": "c"}')).toEqual([
      { name: 'a', context: 'one, two' },
      { name: 'b', context: 'c' },
    ])
    for (const wrong of ['a=', '=b', 'a=b,a=c', '{"a": 1}', '{"a"', 'no name=x', ',']) {
      expect(messageOf({ PORTOLAN_CLUSTERS: wrong })).toBe(
        'PORTOLAN_CLUSTERS: expected names with contexts like a=context-a,b=context-b, each name once, or both in ' +
          `JSON, found ${JSON.stringify(wrong)}`,
      )
    }
  })

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ PORTOLAN_PORT: '', PORTOLAN_ADMIN_TOKEN: ' ' })).toEqual(readConfig({}))
  })

  it('ignores the variables that Kubernetes makes of Services called portolan and portolan-…', () => {
    expect(
      readConfig({
        PORTOLAN_SERVICE_HOST: '10.0.0.1',
        PORTOLAN_SERVICE_PORT: '80',
        PORTOLAN_SERVICE_PORT_HTTP: '80',
        PORTOLAN_PORT: 'tcp://10.0.0.1:80',
        PORTOLAN_PORT_80_TCP: 'tcp://10.0.0.1:80',
        PORTOLAN_PORT_80_TCP_PROTO: 'tcp',
        PORTOLAN_PORT_80_TCP_PORT: '80',
        PORTOLAN_PORT_80_TCP_ADDR: '10.0.0.1',
        PORTOLAN_DB_SERVICE_HOST: '10.0.0.2',
        PORTOLAN_DB_PORT: 'udp://10.0.0.2:53',
      }),
    ).toEqual(readConfig({}))
  })

  it.each([
    ['PORTOLAN_PROT', '80', 'PORTOLAN_PROT: there is no such setting; did you mean PORTOLAN_PORT?'],
    [
      'PORTOLAN_retention_raw',
      '1d',
      'PORTOLAN_retention_raw: there is no such setting; did you mean PORTOLAN_RETENTION_RAW?',
    ],
    [
      'PORTOLAN_DISCOVER_EGRESS',
      '10.0.0.0/8,*.*.example.com',
      'PORTOLAN_DISCOVER_EGRESS: expected CIDRs like 10.0.0.0/8 and names like db.example.com or *.example.com, comma-separated, found "10.0.0.0/8,*.*.example.com"',
    ],
    ['PORTOLAN_XYZZY_FROBNICATE', '1', 'PORTOLAN_XYZZY_FROBNICATE: there is no such setting'],
    ...['portolan.example', 'ftp://portolan.example', 'https://portolan.example/here', 'https://c?d'].map((url) => [
      'PORTOLAN_PUBLIC_URL',
      url,
      `PORTOLAN_PUBLIC_URL: expected an address like https://portolan.example, without a path, found "${url}"`,
    ]),
    [
      ...['PORTOLAN_PUBLIC_URL', 'https://somebody:secret@c'],
      'PORTOLAN_PUBLIC_URL: expected an address like https://portolan.example, without a path, found "https://…@c"',
    ],
    ['PORTOLAN_HOST', 'a b', 'PORTOLAN_HOST: expected an IP address or a host name, found "a b"'],
    ['PORTOLAN_PORT', '70000', 'PORTOLAN_PORT: expected a whole number from 0 to 65535, found "70000"'],
    ['PORTOLAN_CONCURRENCY', '0', 'PORTOLAN_CONCURRENCY: expected a whole number from 1 to 10000, found "0"'],
    ['PORTOLAN_QUEUE_LIMIT', '1e3', 'PORTOLAN_QUEUE_LIMIT: expected a whole number from 1 to 1000000, found "1e3"'],
    [
      'PORTOLAN_VANTAGE_NAME',
      'outside',
      'PORTOLAN_VANTAGE_NAME: expected a name of up to 63 lower-case letters, digits and "-", none of in-cluster, outside, edge, found "outside"',
    ],
    ['PORTOLAN_VANTAGE', 'edge', 'PORTOLAN_VANTAGE: expected one of in-cluster, outside, found "edge"'],
    ['PORTOLAN_AUTH', 'None', 'PORTOLAN_AUTH: expected one of auto, none, tokens, found "None"'],
    ['PORTOLAN_LOG_LEVEL', 'trace', 'PORTOLAN_LOG_LEVEL: expected one of debug, info, warn, error, found "trace"'],
    [
      'PORTOLAN_RETENTION_RAW',
      '30',
      'PORTOLAN_RETENTION_RAW: expected a duration like 90s, 15m, 24h or 30d, found "30"',
    ],
    [
      'PORTOLAN_RETENTION_RAW',
      '0d',
      'PORTOLAN_RETENTION_RAW: expected a duration like 90s, 15m, 24h or 30d, found "0d"',
    ],
    [
      'PORTOLAN_EGRESS_DENY',
      '10.0.0.0/33',
      'PORTOLAN_EGRESS_DENY: expected CIDRs like 10.0.0.0/8 or fd00::/8, comma-separated, found "10.0.0.0/33"',
    ],
    [
      'PORTOLAN_EGRESS_DENY',
      '::ffff:10.0.0.0/8',
      'PORTOLAN_EGRESS_DENY: expected CIDRs like 10.0.0.0/8 or fd00::/8, comma-separated, found "::ffff:10.0.0.0/8"',
    ],
    [
      'PORTOLAN_JOB_BYTES_LIMIT',
      '5MB',
      'PORTOLAN_JOB_BYTES_LIMIT: expected bytes like 500MiB or 2GiB, or off, found "5MB"',
    ],
    [
      'PORTOLAN_EGRESS_DENY_PORTS',
      '25,smtp',
      'PORTOLAN_EGRESS_DENY_PORTS: expected ports like 25,465,587, comma-separated, or none, found "25,smtp"',
    ],
    [
      'PORTOLAN_EGRESS_ALLOW',
      'fe80::1%eth0/64',
      'PORTOLAN_EGRESS_ALLOW: expected CIDRs like 10.0.0.0/8 or fd00::/8, comma-separated, found "fe80::1%eth0/64"',
    ],
    [
      'PORTOLAN_DNS_SERVERS',
      'kube-dns',
      'PORTOLAN_DNS_SERVERS: expected DNS servers like 10.96.0.10 or 127.0.0.1:5353, comma-separated, found "kube-dns"',
    ],
    [
      'PORTOLAN_DNS_SERVERS',
      '10.0.0.1:99999',
      'PORTOLAN_DNS_SERVERS: expected DNS servers like 10.96.0.10 or 127.0.0.1:5353, comma-separated, found "10.0.0.1:99999"',
    ],
    [
      'PORTOLAN_ADMIN_TOKEN',
      'short',
      'PORTOLAN_ADMIN_TOKEN: expected 16 to 512 visible ASCII characters without spaces',
    ],
    [
      'PORTOLAN_SECRET_KEYS',
      'hunter2',
      'PORTOLAN_SECRET_KEYS: expected keys of 32 bytes in base64 (openssl rand -base64 32), the newest first, comma-separated',
    ],
    ['PORTOLAN_SECRET_KEY', 'hunter2', 'PORTOLAN_SECRET_KEY: expected 32 bytes in base64 (openssl rand -base64 32)'],
  ])('refuses %s=%s in one line that says what was expected, and shows no secret', (name, value, message) => {
    expect(messageOf({ [name]: value })).toBe(message)
  })

  it.each([
    [{ PORTOLAN_RETENTION_RAW: '180d' }, [180, 180, 400, 1825]],
    [{ PORTOLAN_RETENTION_RAW: '2000d' }, [2000, 2000, 2000, 2000]],
    [{ PORTOLAN_RETENTION_HOURLY: '3000d' }, [30, 90, 3000, 3000]],
    [{ PORTOLAN_RETENTION_RAW: '180d', PORTOLAN_RETENTION_FAILURES: '365d' }, [180, 365, 400, 1825]],
  ])('keeps what is longer at least as long as what it stands on: %j', (env, days) => {
    const { rawMs, failuresMs, hourlyMs, dailyMs } = readConfig(env).retention
    expect([rawMs, failuresMs, hourlyMs, dailyMs].map((ms) => ms / DAY_MS)).toEqual(days)
  })

  it('refuses to keep failures or sums shorter than what they stand on, if that was asked for', () => {
    expect(messageOf({ PORTOLAN_RETENTION_FAILURES: '10d', PORTOLAN_RETENTION_DAILY: '100d' })).toBe(
      'PORTOLAN_RETENTION_FAILURES: expected no less than PORTOLAN_RETENTION_RAW (30d), found "10d"; ' +
        'PORTOLAN_RETENTION_DAILY: expected no less than PORTOLAN_RETENTION_HOURLY (400d), found "100d"',
    )
  })

  it('takes several keys, and refuses those of both names, saying what to do', () => {
    const [newest, older] = [1, 2].map((byte) => btoa(String.fromCharCode(byte).repeat(32)))
    expect(readConfig({ PORTOLAN_SECRET_KEYS: `${newest}, ${older}` }).secretKeys).toEqual([newest, older])
    expect(messageOf({ PORTOLAN_SECRET_KEYS: `${newest},${older}`, PORTOLAN_SECRET_KEY: `${older}` })).toBe(
      'PORTOLAN_SECRET_KEYS: PORTOLAN_SECRET_KEY is set, too. Put its key into the list, behind the new one, and unset PORTOLAN_SECRET_KEY',
    )
    expect(messageOf({ PORTOLAN_SECRET_KEYS: `${newest},${newest}` })).toBe(
      'PORTOLAN_SECRET_KEYS: expected each key once',
    )
  })

  it('names every wrong variable at once', () => {
    expect(messageOf({ PORTOLAN_PORT: 'x', PORTOLAN_HOSTT: 'y' })).toBe(
      'PORTOLAN_PORT: expected a whole number from 0 to 65535, found "x"; PORTOLAN_HOSTT: there is no such setting; did you mean PORTOLAN_HOST?',
    )
  })
})
