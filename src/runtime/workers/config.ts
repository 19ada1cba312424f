import type { LogLevel } from '../../lib/log.ts'
import { readSettings } from '../config.ts'

/** Bindings of `wrangler.toml`; beside them the variables and secrets that `readWorkersConfig` reads. */
export type Env = {
  DB: D1Database
  /** The pages below `/docs/`. */
  ASSETS: Fetcher
}

/** The settings that mean something at the edge; the names are those of Node. */
export type WorkersConfig = {
  cluster: string
  clusterDomain: string | null
  /** `ip` or `ip:port`; empty: the runtime's. */
  dnsServers: readonly string[]
  /** Jobs waiting. */
  queueLimit: number
  adminToken: string | null
  /** 32 bytes in base64. */
  secretKey: string | null
  logLevel: LogLevel
}

/**
 * @param env what the runtime passes to a handler.
 * @throws ConfigError whose one line names each variable that is wrong.
 */
export function readWorkersConfig(env: Env): WorkersConfig {
  const settings = readSettings({ ...env })
  return {
    cluster: settings.PORTOLAN_CLUSTER,
    clusterDomain: settings.PORTOLAN_CLUSTER_DOMAIN,
    dnsServers: settings.PORTOLAN_DNS_SERVERS,
    queueLimit: settings.PORTOLAN_QUEUE_LIMIT,
    adminToken: settings.PORTOLAN_ADMIN_TOKEN,
    secretKey: settings.PORTOLAN_SECRET_KEY,
    logLevel: settings.PORTOLAN_LOG_LEVEL,
  }
}
