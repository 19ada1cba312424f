import { unreadReviews } from '../../api/access/read-jwt-rules.ts'
import { type CommonConfig, ConfigError, commonConfig, readSettings } from '../config.ts'
import { unreadSettings } from '../settings.ts'
import type { Queues } from './queue.ts'

/** Bindings of `wrangler.toml`; beside them the variables and secrets that `readWorkersConfig` reads. */
export type Env = Queues & {
  DB: D1Database
  /** Counts requests for all isolates of a location. Absent: each isolate counts for itself alone. */
  RATE_LIMIT?: RateLimit
  /** The pages below `/docs/`. */
  ASSETS: Fetcher
}

/** The settings that mean something at the edge; the names are those of Node. Durations in milliseconds. */
export type WorkersConfig = CommonConfig & {
  /** Speaks DNS over HTTPS (RFC 8484); it is asked if `dnsServers` is empty. */
  dohUrl: string
  /** Settings that are set and have no effect here. */
  notRead: ReturnType<typeof unreadSettings>
}

/**
 * @param env what the runtime passes to a handler.
 * @throws ConfigError whose one line names each variable that is wrong.
 */
export function readWorkersConfig(env: Env): WorkersConfig {
  const settings = readSettings({ ...env })
  const unread = unreadReviews(settings.PORTOLAN_JWT_RULES, [])
  if (unread !== null) {
    throw new ConfigError(unread)
  }
  const common = commonConfig(settings)
  return {
    ...common,
    // Each turn of a job counts by itself: nobody here knows what all jobs of a token use together.
    usageLimits: { ...common.usageLimits, tokenBytes: null, tokenMs: null },
    dohUrl: settings.PORTOLAN_DOH_URL,
    notRead: unreadSettings({ ...env }, 'workers'),
  }
}
