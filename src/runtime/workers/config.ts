import type { LogLevel } from '../../lib/log.ts'
import type { Retention } from '../../store/retention.ts'
import { readSettings } from '../config.ts'
import { unreadSettings } from '../settings.ts'
import type { Message } from './queue.ts'

/** Bindings of `wrangler.toml`; beside them the variables and secrets that `readWorkersConfig` reads. */
export type Env = {
  DB: D1Database
  QUEUE: Queue<Message>
  /** The pages below `/docs/`. */
  ASSETS: Fetcher
}

/** The settings that mean something at the edge; the names are those of Node. Durations in milliseconds. */
export type WorkersConfig = {
  cluster: string
  /** Without a slash at the end. */
  publicUrl: string | null
  /** `null`: the prober is called as it stands. */
  vantageName: string | null
  clusterDomain: string | null
  /** `ip` or `ip:port`, asked over TCP; empty: `dohUrl` is asked. */
  dnsServers: readonly string[]
  /** Speaks DNS over HTTPS (RFC 8484). */
  dohUrl: string
  concurrencyPerAddress: number
  /** Jobs waiting. */
  queueLimit: number
  /** Schedules that there may be. */
  scheduleLimit: number
  /** CIDRs. */
  egressAllow: readonly string[]
  egressDeny: readonly string[]
  adminToken: string | null
  /** 32 bytes in base64. */
  secretKey: string | null
  retention: Retention
  logLevel: LogLevel
  /** Settings that are set and have no effect here. */
  notRead: ReturnType<typeof unreadSettings>
}

/**
 * @param env what the runtime passes to a handler.
 * @throws ConfigError whose one line names each variable that is wrong.
 */
export function readWorkersConfig(env: Env): WorkersConfig {
  const settings = readSettings({ ...env })
  return {
    cluster: settings.PORTOLAN_CLUSTER,
    publicUrl: settings.PORTOLAN_PUBLIC_URL,
    vantageName: settings.PORTOLAN_VANTAGE_NAME,
    clusterDomain: settings.PORTOLAN_CLUSTER_DOMAIN,
    dnsServers: settings.PORTOLAN_DNS_SERVERS,
    dohUrl: settings.PORTOLAN_DOH_URL,
    concurrencyPerAddress: settings.PORTOLAN_CONCURRENCY_PER_ADDRESS,
    queueLimit: settings.PORTOLAN_QUEUE_LIMIT,
    scheduleLimit: settings.PORTOLAN_SCHEDULE_LIMIT,
    egressAllow: settings.PORTOLAN_EGRESS_ALLOW,
    egressDeny: settings.PORTOLAN_EGRESS_DENY,
    adminToken: settings.PORTOLAN_ADMIN_TOKEN,
    secretKey: settings.PORTOLAN_SECRET_KEY,
    retention: {
      rawMs: settings.PORTOLAN_RETENTION_RAW,
      failuresMs: settings.PORTOLAN_RETENTION_FAILURES,
      hourlyMs: settings.PORTOLAN_RETENTION_HOURLY,
      dailyMs: settings.PORTOLAN_RETENTION_DAILY,
    },
    logLevel: settings.PORTOLAN_LOG_LEVEL,
    notRead: unreadSettings({ ...env }, 'workers'),
  }
}
