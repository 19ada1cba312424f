/**
 * Says in words what each setting means: for `--help`, for `docs/settings.md` (a test holds the two together), and to
 * warn of a setting where nothing reads it.
 *
 * @module
 */
import { SETTING_NAMES, type SettingName } from './config.ts'

export type Runtime = 'node' | 'workers'

export type SettingText = {
  /** As one would write it; `null`: none, or `detected` says from what. */
  default: string | null
  meaning: string
  readBy: readonly Runtime[]
}

const NODE: readonly Runtime[] = ['node']
const BOTH: readonly Runtime[] = ['node', 'workers']

export const SETTINGS: Readonly<Record<SettingName, SettingText>> = {
  PORTOLAN_HOST: {
    default: '127.0.0.1',
    readBy: NODE,
    meaning: 'The address on which the API listens. Anything but loopback needs a token.',
  },
  PORTOLAN_PORT: { default: '8080', readBy: NODE, meaning: 'The port on which the API listens; 0 picks a free one.' },
  PORTOLAN_PUBLIC_URL: {
    default: null,
    readBy: BOTH,
    meaning:
      'Where people reach the API, like https://portolan.example. Reports link to it, and behind a proxy it tells ' +
      "Portolan's own pages from those of other sites.",
  },
  PORTOLAN_DATABASE: {
    default: './data/portolan.db',
    readBy: NODE,
    meaning: 'The SQLite file. It is made, with its folder, if it is not there.',
  },
  PORTOLAN_CLUSTER: {
    default: 'default',
    readBy: BOTH,
    meaning:
      'The name of the cluster in which Portolan runs. Jobs that name no other belong to it; of the others nothing ' +
      'internal can be reached.',
  },
  PORTOLAN_VANTAGE: {
    default: null,
    readBy: NODE,
    meaning:
      'Where the prober stands: in-cluster or outside. Detected: in-cluster where a service account is mounted. ' +
      'On Workers it is always edge.',
  },
  PORTOLAN_VANTAGE_NAME: {
    default: null,
    readBy: BOTH,
    meaning:
      'The name of the place that paths are seen from, like office or zone-a: history, metrics and reports tell what ' +
      'was seen from there by it. Unset: in-cluster, outside or edge, as the prober stands.',
  },
  PORTOLAN_CLUSTER_DOMAIN: {
    default: null,
    readBy: BOTH,
    meaning: "The cluster's DNS domain. Detected in the cluster from /etc/resolv.conf, else cluster.local.",
  },
  PORTOLAN_DNS_SERVERS: {
    default: null,
    readBy: BOTH,
    meaning: "DNS servers to ask, like 10.96.0.10 or 127.0.0.1:5353, separated by commas. Unset: the system's.",
  },
  PORTOLAN_DOH_URL: {
    default: 'https://cloudflare-dns.com/dns-query',
    readBy: ['workers'],
    meaning: 'On Workers: who is asked for names, by DNS over HTTPS, where no DNS servers are named.',
  },
  PORTOLAN_KUBECONFIG: {
    default: null,
    readBy: NODE,
    meaning:
      'The kubeconfig of the clusters that are read; several files are separated as in KUBECONFIG. Unset: the service ' +
      'account of the pod, where one is mounted; else no cluster is read.',
  },
  PORTOLAN_KUBE_CONTEXT: {
    default: null,
    readBy: NODE,
    meaning: "The context of the kubeconfig that leads to PORTOLAN_CLUSTER. Unset: the kubeconfig's current one.",
  },
  PORTOLAN_CLUSTERS: {
    default: null,
    readBy: NODE,
    meaning:
      'Several clusters: names with contexts of the kubeconfig, like a=context-a,b=context-b; in JSON where a context ' +
      'has a comma. PORTOLAN_CLUSTER may be one of them.',
  },
  PORTOLAN_STALE_AFTER: {
    default: '5m',
    readBy: NODE,
    meaning:
      'How old the objects of a live cluster may be that schedules use while the API server is away. They serve ' +
      'beyond it, and then say that they are stale.',
  },
  PORTOLAN_NAMESPACES: {
    default: null,
    readBy: NODE,
    meaning:
      'Namespaces of the live cluster that are read one by one where the API server does not allow what is read in ' +
      'all of them (a Role in each instead of a ClusterRole), separated by commas. It allows nothing by itself.',
  },
  PORTOLAN_CONCURRENCY: { default: '64', readBy: NODE, meaning: 'Tries under way at once, all jobs together.' },
  PORTOLAN_CONCURRENCY_PER_ADDRESS: {
    default: '8',
    readBy: BOTH,
    meaning: 'Tries under way at once to one address.',
  },
  PORTOLAN_QUEUE_LIMIT: {
    default: '1000',
    readBy: BOTH,
    meaning: 'Jobs that may wait. One more is answered 503 with Retry-After.',
  },
  PORTOLAN_SCHEDULE_LIMIT: {
    default: '10000',
    readBy: BOTH,
    meaning: 'Schedules that there may be. One more is answered 409.',
  },
  PORTOLAN_EGRESS_ALLOW: {
    default: null,
    readBy: BOTH,
    meaning:
      'CIDRs, separated by commas, that may be dialled although they are denied by default: loopback, link-local, ' +
      'metadata services. On Workers also private addresses that can be reached from there.',
  },
  PORTOLAN_EGRESS_DENY: {
    default: null,
    readBy: BOTH,
    meaning: 'CIDRs, separated by commas, that are never dialled. It wins over PORTOLAN_EGRESS_ALLOW.',
  },
  PORTOLAN_DISCOVER: {
    default: 'off',
    readBy: NODE,
    meaning:
      'Which Services of the cluster are probed without anybody asking: annotated makes a schedule for each that has ' +
      'portolan.dev/probe: "true", or whose Namespace has; all for each that has not "false"; off for none. ' +
      'On Workers there is no cluster to read.',
  },
  PORTOLAN_DISCOVER_EGRESS: {
    default: null,
    readBy: NODE,
    meaning:
      'CIDRs and names (db.example.com, *.example.com), separated by commas, that discovered Services may lead the ' +
      'prober to although users wrote them: hand-written endpoints, external IPs and names, hosts of Ingresses. The ' +
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
    meaning: 'The token of Authorization: Bearer, from 16 to 512 characters. A secret.',
  },
  PORTOLAN_METRICS_TOKEN: {
    default: null,
    readBy: BOTH,
    meaning:
      'A token that opens /metrics and nothing else, from 16 to 512 characters: as Authorization: Bearer, or as the ' +
      'password of Basic. A secret.',
  },
  PORTOLAN_SECRET_KEY: {
    default: null,
    readBy: BOTH,
    meaning:
      'Encrypts the secrets of checks: 32 bytes in base64, as openssl rand -base64 32 prints them. A secret. ' +
      'Unset on Node: a key file beside the database. On Workers: checks with secrets are refused.',
  },
  PORTOLAN_RETENTION_RAW: {
    default: '30d',
    readBy: BOTH,
    meaning: 'How long results are kept that passed or were skipped.',
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
  PORTOLAN_LOG_LEVEL: {
    default: 'info',
    readBy: BOTH,
    meaning: 'debug, info, warn or error. The log is JSON lines: on stderr, on Workers the console.',
  },
}

/** Those that are set and that this runtime does not read, each with why: a wrong belief to be told of. */
export function unreadSettings(
  env: Readonly<Record<string, unknown>>,
  runtime: Runtime,
): { name: string; why: string }[] {
  return SETTING_NAMES.flatMap((name) => {
    const { readBy } = SETTINGS[name]
    const value = env[name]
    if (typeof value !== 'string' || value.trim() === '' || readBy.includes(runtime)) {
      return []
    }
    const why = readBy.length === 0 ? 'this release does not read it' : `it is read on ${readBy.join(', ')} only`
    return [{ name, why }]
  })
}
