/**
 * Says in words what each setting means and who reads it: for `--help`, for `docs/settings.md`, and to warn of a
 * setting where nothing reads it.
 *
 * @module
 */
import { SERVER_SETTING_NAMES, type SettingName } from './setting-shapes.ts'

export type Runtime = 'node' | 'workers'

/** A server on either runtime; `local`: a command that probes from where it runs; `client`: one that asks a server. */
export type Reader = Runtime | 'local' | 'client'

export type SettingText = {
  /** As one would write it; `null`: none, or `detected` says from what. */
  default: string | null
  meaning: string
  readBy: readonly Reader[]
  /** The flag of commands that read it. */
  flag?: string
}

const NODE: readonly Reader[] = ['node']
const BOTH: readonly Reader[] = ['node', 'workers']
/** As the two above; a command that probes from here reads it as well. */
const NODE_AND_HERE: readonly Reader[] = ['node', 'local']
const BOTH_AND_HERE: readonly Reader[] = ['node', 'workers', 'local']
const CLIENT: readonly Reader[] = ['client']

export const SETTINGS: Readonly<Record<SettingName, SettingText>> = {
  PORTOLAN_HOST: {
    default: '127.0.0.1',
    readBy: NODE,
    flag: '--host',
    meaning: 'The address on which the API listens. Anything but loopback needs a token.',
  },
  PORTOLAN_PORT: {
    default: '8080',
    readBy: NODE,
    flag: '--port',
    meaning: 'The port on which the API listens; 0 picks a free one.',
  },
  PORTOLAN_PUBLIC_URL: {
    default: null,
    readBy: BOTH,
    meaning:
      'The address at which people reach the API, like https://portolan.example. Reports link to it, and behind a ' +
      "proxy it tells Portolan's own pages from those of other sites.",
  },
  PORTOLAN_TRUSTED_PROXIES: {
    default: null,
    readBy: NODE,
    meaning:
      'The proxies in front of the API, as CIDRs separated by commas. The client, for rate limits and the audit log, ' +
      'is the rightmost address of X-Forwarded-For that is not one of them. Unset: the client is the address that ' +
      'connects. On Workers it is CF-Connecting-IP.',
  },
  PORTOLAN_DATABASE: {
    default: './data/portolan.db',
    readBy: NODE,
    flag: '--database',
    meaning: 'The SQLite file. It is made, with its folder, if it is not there.',
  },
  PORTOLAN_CLUSTER: {
    default: 'default',
    readBy: BOTH_AND_HERE,
    meaning:
      'The name of the cluster in which Portolan runs. Jobs that name no cluster belong to it; the internal addresses ' +
      'of other clusters cannot be reached.',
  },
  PORTOLAN_VANTAGE: {
    default: null,
    readBy: NODE_AND_HERE,
    flag: '--vantage',
    meaning:
      'Where the prober stands: in-cluster or outside. Detected: in-cluster where a service account is mounted. ' +
      'On Workers it is always edge.',
  },
  PORTOLAN_VANTAGE_NAME: {
    default: null,
    readBy: BOTH_AND_HERE,
    meaning:
      'The name of the place that paths are seen from, like office or zone-a, in history, metrics and reports. Unset: ' +
      'in-cluster, outside or edge, wherever the prober stands.',
  },
  PORTOLAN_CLUSTER_DOMAIN: {
    default: null,
    readBy: BOTH_AND_HERE,
    flag: '--cluster-domain',
    meaning: "The cluster's DNS domain. Detected in the cluster from /etc/resolv.conf, else cluster.local.",
  },
  PORTOLAN_DNS_SERVERS: {
    default: null,
    readBy: BOTH_AND_HERE,
    flag: '--dns-servers',
    meaning: "DNS servers to ask, like 10.96.0.10 or 127.0.0.1:5353, separated by commas. Unset: the system's.",
  },
  PORTOLAN_DOH_URL: {
    default: 'https://cloudflare-dns.com/dns-query',
    readBy: ['workers'],
    meaning: 'On Workers: the DNS-over-HTTPS server that resolves names, where no DNS servers are set.',
  },
  PORTOLAN_KUBECONFIG: {
    default: null,
    readBy: NODE_AND_HERE,
    flag: '--kubeconfig',
    meaning:
      'The kubeconfig of the clusters that are read; several files are separated as in KUBECONFIG. Unset: the service ' +
      'account of the pod, where one is mounted; else no cluster is read.',
  },
  PORTOLAN_KUBE_CONTEXT: {
    default: null,
    readBy: NODE_AND_HERE,
    flag: '--context',
    meaning: "The context of the kubeconfig that leads to PORTOLAN_CLUSTER. Unset: the kubeconfig's current one.",
  },
  PORTOLAN_CLUSTERS: {
    default: null,
    readBy: NODE_AND_HERE,
    meaning:
      'Several clusters: names with contexts of the kubeconfig, like a=context-a,b=context-b; in JSON where a context ' +
      'has a comma. PORTOLAN_CLUSTER may be one of them.',
  },
  PORTOLAN_STALE_AFTER: {
    default: '5m',
    readBy: NODE,
    meaning:
      'How old the objects of a live cluster may be that schedules use while the API server does not answer. Older ' +
      'ones are still used, and are marked as stale.',
  },
  PORTOLAN_NAMESPACES: {
    default: null,
    readBy: NODE_AND_HERE,
    meaning:
      'Namespaces of the live cluster, separated by commas, that are read one by one where the API server does not ' +
      'allow reading all of them (a Role in each instead of a ClusterRole). The setting itself grants nothing.',
  },
  PORTOLAN_CONCURRENCY: {
    default: '64',
    readBy: NODE_AND_HERE,
    meaning: 'Tries under way at once, all jobs together.',
  },
  PORTOLAN_CONCURRENCY_PER_ADDRESS: {
    default: '8',
    readBy: BOTH_AND_HERE,
    meaning: 'Tries under way at once to one address.',
  },
  PORTOLAN_QUEUE_LIMIT: {
    default: '1000',
    readBy: BOTH,
    meaning: 'How many jobs may wait. One more is answered 503 with Retry-After.',
  },
  PORTOLAN_SCHEDULE_LIMIT: {
    default: '10000',
    readBy: BOTH,
    meaning: 'How many schedules there may be. One more is answered 409.',
  },
  PORTOLAN_RATE_LIMIT_REQUESTS: {
    default: '600',
    readBy: BOTH,
    meaning:
      'Requests a minute of one token, unless the token says otherwise. One more is answered 429 with Retry-After; ' +
      'off: there is no limit.',
  },
  PORTOLAN_RATE_LIMIT_ADDRESS: {
    default: '600',
    readBy: BOTH,
    meaning:
      'Requests a minute from one client address without a known token; IPv6 addresses count by /64. off: there is no ' +
      'limit.',
  },
  PORTOLAN_RATE_LIMIT_FAILURES: {
    default: '30',
    readBy: BOTH,
    meaning:
      'Unknown tokens a minute from one client address. Beyond it, new tokens from there are not looked at for a ' +
      'while; those that were right before still work. off: there is no limit.',
  },
  PORTOLAN_RATE_LIMIT_JOBS: {
    default: '500',
    readBy: BOTH,
    meaning:
      'Jobs of one token that wait or run at once, unless the token says otherwise. Runs of schedules neither count ' +
      'nor are refused. off: there is no limit.',
  },
  PORTOLAN_RATE_LIMIT_TRIES: {
    default: '100000',
    readBy: BOTH,
    meaning:
      'Tries a minute of the jobs that one token asks for, as planned, unless the token says otherwise. Runs of ' +
      'schedules neither count nor are refused. off: there is no limit.',
  },
  PORTOLAN_JOB_BYTES_LIMIT: {
    default: '1GiB',
    readBy: BOTH_AND_HERE,
    meaning:
      'What the tries of one job may send and read together. Tries beyond it end as limit_exceeded, an error of ours. ' +
      'On Workers each turn of a job counts by itself. off: no limit.',
  },
  PORTOLAN_JOB_TIME_LIMIT: {
    default: '15m',
    readBy: BOTH_AND_HERE,
    meaning: 'How long one job may be under way, whatever its deadline. off: no limit but the deadline.',
  },
  PORTOLAN_TOKEN_BYTES_LIMIT: {
    default: '4GiB',
    readBy: NODE,
    meaning: 'What all jobs of one token that are under way at once may send and read together. off: no limit.',
  },
  PORTOLAN_TOKEN_TIME_LIMIT: {
    default: '8h',
    readBy: NODE,
    meaning:
      'What all jobs of one token that are under way at once may take together: eight jobs for an hour are 8h. ' +
      'off: no limit.',
  },
  PORTOLAN_EGRESS_ALLOW: {
    default: null,
    readBy: BOTH_AND_HERE,
    flag: '--egress-allow',
    meaning:
      'CIDRs, separated by commas, that may be dialled although they are denied by default: loopback, link-local, ' +
      'metadata services. On Workers also private addresses that are reachable from there.',
  },
  PORTOLAN_EGRESS_DENY: {
    default: null,
    readBy: BOTH_AND_HERE,
    flag: '--egress-deny',
    meaning: 'CIDRs, separated by commas, that are never dialled. It wins over PORTOLAN_EGRESS_ALLOW.',
  },
  PORTOLAN_EGRESS_DENY_PORTS: {
    default: '25,465,587',
    readBy: BOTH_AND_HERE,
    meaning:
      'Ports, separated by commas, that are not dialled on public addresses, unless an entry of PORTOLAN_EGRESS_ALLOW ' +
      'covers the address. none: every port may be.',
  },
  PORTOLAN_DISCOVER: {
    default: 'off',
    readBy: NODE,
    meaning:
      'Which Services of the cluster are probed by themselves. annotated: a schedule for each with the annotation ' +
      'portolan.dev/probe: "true", on it or on its Namespace. all: for each without "false". off: for none. ' +
      'On Workers there is no cluster to read.',
  },
  PORTOLAN_DISCOVER_EGRESS: {
    default: null,
    readBy: NODE,
    meaning:
      'CIDRs and names (db.example.com, *.example.com), separated by commas, that may be dialled for discovered ' +
      'Services although users wrote them: hand-written endpoints, external IPs and names, hosts of Ingresses. The ' +
      "cluster's own addresses need no entry.",
  },
  PORTOLAN_AUTH: {
    default: 'auto',
    readBy: NODE,
    meaning:
      'auto: a token is needed unless the API listens on loopback only. tokens: always. none: never. ' +
      'On Workers a token is always needed.',
  },
  PORTOLAN_ADMIN_TOKEN: {
    default: null,
    readBy: BOTH,
    meaning:
      'The first token, from 16 to 512 characters, sent as Authorization: Bearer. It may do everything, including ' +
      'making other tokens, and is no longer needed once one of these has the scope admin. A secret.',
  },
  PORTOLAN_METRICS_TOKEN: {
    default: null,
    readBy: BOTH,
    meaning:
      'A token that opens /metrics and nothing else, from 16 to 512 characters: as Authorization: Bearer, or as the ' +
      'password of Basic. A secret.',
  },
  PORTOLAN_DOCS: {
    default: 'open',
    readBy: BOTH,
    meaning: 'open: anybody may read /docs and /openapi.*. private: they need a token, with any scope.',
  },
  PORTOLAN_MCP: {
    default: 'on',
    readBy: BOTH,
    meaning:
      'on: AI assistants and agents may ask at /mcp (Model Context Protocol), with a token as everywhere. off: there ' +
      'is no /mcp. See guides/mcp.md.',
  },
  PORTOLAN_JWT_RULES: {
    default: null,
    readBy: BOTH,
    meaning:
      'Which tokens signed by others are accepted (JWTs of GitHub Actions, GitLab, Kubernetes, an identity provider), ' +
      'and what they may do: a JSON list of {"issuer", "audience", "claims", "scopes", "namespaces"}. See ' +
      'guides/login.md.',
  },
  PORTOLAN_OIDC_ISSUER: {
    default: null,
    readBy: BOTH,
    meaning:
      'The identity provider at which people log in (OpenID Connect), like https://id.example.com. PORTOLAN_JWT_RULES ' +
      'says what they may do.',
  },
  PORTOLAN_OIDC_CLIENT_ID: {
    default: null,
    readBy: BOTH,
    meaning:
      'The client id of this server at the identity provider. The redirect URI is /login/oidc/callback below ' +
      'PORTOLAN_PUBLIC_URL.',
  },
  PORTOLAN_OIDC_CLIENT_SECRET: {
    default: null,
    readBy: BOTH,
    meaning: 'The secret of that client. A secret.',
  },
  PORTOLAN_OIDC_SCOPES: {
    default: 'openid profile email',
    readBy: BOTH,
    meaning: 'The scopes that the identity provider is asked for, openid among them.',
  },
  PORTOLAN_SECRET_KEY: {
    default: null,
    readBy: BOTH,
    meaning:
      'Encrypts the secrets of checks: 32 bytes in base64, as openssl rand -base64 32 prints them. A secret. ' +
      'Unset on Node: a key file beside the database. On Workers: checks with secrets are refused.',
  },
  PORTOLAN_SECRET_KEYS: {
    default: null,
    readBy: BOTH,
    meaning:
      'The same, to change the key: several keys, separated by commas, the newest first. The first encrypts, and each ' +
      'of them decrypts. In place of PORTOLAN_SECRET_KEY. A secret.',
  },
  PORTOLAN_RETENTION_RAW: {
    default: '30d',
    readBy: BOTH,
    meaning: 'How long passed and skipped results are kept.',
  },
  PORTOLAN_RETENTION_FAILURES: {
    default: '90d',
    readBy: BOTH,
    meaning: 'How long failures and errors are kept; no less than RAW.',
  },
  PORTOLAN_RETENTION_HOURLY: {
    default: '400d',
    readBy: BOTH,
    meaning: 'How long sums by the hour are kept; no less than RAW.',
  },
  PORTOLAN_RETENTION_DAILY: {
    default: '1825d',
    readBy: BOTH,
    meaning: 'How long sums by the day are kept; no less than HOURLY.',
  },
  PORTOLAN_RETENTION_AUDIT: {
    default: '400d',
    readBy: BOTH,
    meaning: 'How long the audit log is kept: who changed what over the API.',
  },
  PORTOLAN_RETENTION_HOLD: {
    default: '3d',
    readBy: BOTH,
    meaning:
      'After the clock has jumped by more than this, or the server was off for longer, nothing is deleted for its age ' +
      'for as long again. `1s` lifts it.',
  },
  PORTOLAN_LOG_LEVEL: {
    default: 'info',
    readBy: BOTH_AND_HERE,
    meaning:
      'debug, info, warn or error. The log is JSON lines: on stderr, on Workers the console. For a command that ' +
      'probes from here the default is warn.',
  },
  PORTOLAN_SERVER: {
    default: null,
    readBy: CLIENT,
    flag: '--server',
    meaning:
      'The Portolan that commands ask, like https://portolan.example. Unset: commands that can work from here do, and ' +
      'the others say that they need a server.',
  },
  PORTOLAN_TOKEN: {
    default: null,
    readBy: CLIENT,
    meaning:
      'The token that commands send to that server as Authorization: Bearer. There is no flag for it, because ' +
      'everybody on a machine can see the flags of a program. A secret.',
  },
  PORTOLAN_TOKEN_FILE: {
    default: null,
    readBy: CLIENT,
    flag: '--token-file',
    meaning:
      'A file with that token and nothing else. It is read at each start, so that a token that is renewed in place, ' +
      'as Kubernetes does, stays valid. In place of PORTOLAN_TOKEN.',
  },
  PORTOLAN_INSECURE_HTTP: {
    default: 'false',
    readBy: CLIENT,
    flag: '--insecure-http',
    meaning:
      'true: the token is sent over http as well, where anyone on the network can read it. false: only over https, ' +
      'and to this machine.',
  },
}

/** Lists settings that are set and that this runtime does not read, with the reason, so that nobody relies on them. */
export function unreadSettings(
  env: Readonly<Record<string, unknown>>,
  runtime: Runtime,
): { name: string; why: string }[] {
  return SERVER_SETTING_NAMES.flatMap((name) => {
    const { readBy } = SETTINGS[name]
    const value = env[name]
    if (typeof value !== 'string' || value.trim() === '' || readBy.includes(runtime)) {
      return []
    }
    const runtimes = readBy.filter((reader) => reader === 'node' || reader === 'workers')
    const why = runtimes.length === 0 ? 'this release does not read it' : `it is read on ${runtimes.join(', ')} only`
    return [{ name, why }]
  })
}
