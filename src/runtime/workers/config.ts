import { type CommonConfig, commonConfig, readSettings } from '../config.ts'
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
  return {
    ...commonConfig(settings),
    dohUrl: settings.PORTOLAN_DOH_URL,
    notRead: unreadSettings({ ...env }, 'workers'),
  }
}
