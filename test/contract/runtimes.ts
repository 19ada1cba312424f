/**
 * Lists where the two runtimes must differ. The suites that run on both name a difference where they meet it; the table
 * in docs/runtimes.md has the same rows, which `test/contract/runtimes.test.ts` checks.
 *
 * @module
 */
import { RUNTIME } from '../support/portolan.ts'

export const DIFFERENCES = {
  vantage: {
    what: 'Where the prober stands',
    node: 'in the cluster or outside',
    workers:
      "`edge`: no private address (unless in `PORTOLAN_EGRESS_ALLOW`), none of the platform's own, no port 25; such paths are `skipped: vantage`",
  },
  cluster: {
    what: 'Live clusters',
    node: 'read where there is one (`PORTOLAN_KUBECONFIG`, or the pod’s service account), else 422 `no_cluster`',
    workers: '422 `no_cluster`: send manifests; gates answer 503, or the verdict `error`',
  },
  authentication: {
    what: 'Tokens',
    node: 'not needed where the API listens on loopback only',
    workers: 'always needed',
  },
  every: { what: 'The shortest `@every`', node: '1 s', workers: '60 s, else 422' },
  wait: { what: 'The longest wait', node: '300 s', workers: '25 s' },
  events: {
    what: 'A stream of events',
    node: 'closes after an hour',
    workers: 'closes after 5 minutes; resume by `Last-Event-ID`',
  },
  lookup: {
    what: 'Names',
    node: 'DNS and what the system looks up, with its hosts file and search list',
    workers: 'DNS over HTTPS (`PORTOLAN_DOH_URL`), or over TCP where servers are named',
  },
  certificate: {
    what: 'The certificate of a handshake that ended well',
    node: 'recorded',
    workers:
      '`null`, as is the TLS version: the runtime does not show them. For `minDaysToExpiry` a second connection reads what the server sends in clear text up to TLS 1.2; of servers that speak TLS 1.3 alone, and of `startTls`, such a check is `skipped: vantage` (`certificate_not_seen`)',
  },
  unverified: {
    what: '`tls.insecureSkipVerify`, and default checks of direct addresses',
    node: 'any certificate is taken',
    workers: 'a certificate that the runtime does not take makes the path `skipped: vantage`',
  },
  authorities: { what: '`tls.caPem`', node: 'the authorities that are trusted', workers: '422' },
  udp: {
    what: 'DNS servers over UDP (`dnsQuery`)',
    node: 'asked',
    workers: 'such paths are `skipped: vantage`; over TCP they are asked',
  },
  http2: { what: '`httpVersion: "2"`', node: 'HTTP/2', workers: '422' },
  grpc: {
    what: '`grpc` checks over TLS',
    node: 'made',
    workers:
      '`skipped: vantage`: `node:tls` there refuses `ALPNProtocols`, `cloudflare:sockets` offers none, and servers of gRPC want HTTP/2 agreed (ALPN h2). Without TLS they are made; of a port of which nothing says whether it speaks TLS, that is skipped which does not answer without',
  },
  handshake: {
    what: 'Why a handshake failed',
    node: 'by its code: of an unknown authority and another name, the authority; of a server of HTTP/2 alone, that (`speaks`)',
    workers:
      'by the certificate that a second connection is shown, where who is trusted is not seen: of the two, the name; nothing of servers that speak TLS 1.3 alone (`tls_handshake_failed`)',
  },
  startTls: {
    what: 'The same of TLS that a conversation starts (`startTls`)',
    node: 'by its code',
    workers: '`tls_handshake_failed`: the conversation is not held a second time',
  },
  reset: {
    what: 'A connection that is reset as soon as it is made',
    node: '`connection_reset`',
    workers: '`connection_reset` or `connect_failed`',
  },
  localAddress: { what: '`localAddress`', node: 'the address of this side', workers: '`null`' },
  timings: {
    what: 'Timings',
    node: 'to the microsecond',
    workers: 'whole milliseconds: the clock stands still between two events',
  },
  cancel: {
    what: 'Tries of a job that is cancelled',
    node: 'are cut, and no more are made',
    workers: 'go on until their runner records next, and are then dropped',
  },
  concurrency: {
    what: 'Tries at once',
    node: '`PORTOLAN_CONCURRENCY`, all jobs together',
    workers: '5 an invocation, at most 50 invocations a job',
  },
  settle: {
    what: '`settleMs`',
    node: 'with any number of tries',
    workers: '422 where a round over one path takes more than an invocation can make',
  },
  rateLimits: {
    what: 'Rate limits',
    node: 'counted by each process',
    workers:
      'counted by each isolate, which the platform starts and ends as it likes; with the rate-limiting binding `RATE_LIMIT` also for all isolates of one location, for callers with the limits of the server. Jobs under way are counted in the database on both',
  },
  statusPages: {
    what: 'What a status page tells',
    node: 'kept 30 s by each process; a change is shown at once by the one that made it',
    workers:
      'kept 30 s by each isolate; while one request reads anew, others have what was kept. The rate-limiting binding does not count who looks',
  },
  fairness: {
    what: 'Between tokens',
    node: 'jobs and tries have equal parts of the prober; what schedules make keeps one place of four',
    workers:
      'first come first served within a queue; what is asked and what schedules make have one each, and schedules at most 20 invocations at once',
  },
  tokenBytes: {
    what: 'Bytes and time of all jobs of a token at once (`PORTOLAN_TOKEN_BYTES_LIMIT`, `PORTOLAN_TOKEN_TIME_LIMIT`)',
    node: 'limited',
    workers: 'not limited: each turn of a job counts by itself, for the limits of the job',
  },
  clientAddress: {
    what: "The client's address",
    node: 'of the connection, or what a proxy of `PORTOLAN_TRUSTED_PROXIES` says',
    workers: '`CF-Connecting-IP`',
  },
  figures: { what: 'Metrics of the process', node: 'memory, CPU time, tries under way', workers: 'none' },
  secrets: {
    what: 'Checks with headers, a body or a conversation',
    node: 'sealed by `PORTOLAN_SECRET_KEYS` or a key file',
    workers: 'need `PORTOLAN_SECRET_KEYS`, else 422',
  },
  body: { what: 'The largest body', node: '16 MiB', workers: '4 MiB: what parses within the memory of an isolate' },
  headers: {
    what: 'The largest request line and headers',
    node: '16 KiB; beyond it a 431 with a problem',
    workers: '128 KB, the platform’s; it refuses them itself',
  },
  plan: {
    what: 'The largest plan',
    node: '20,000 tries',
    workers: '20,000 tries, 8 million characters of checks and paths, 700 kB of secrets; else 422',
  },
} as const satisfies Record<string, { what: string; node: string; workers: string }>

/** Returns what is expected of the runtime under test, where the two differ. */
export const by = <N, W>(_difference: keyof typeof DIFFERENCES, expected: { node: N; workers: W }): N | W =>
  RUNTIME === 'workers' ? expected.workers : expected.node
