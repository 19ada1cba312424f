import type { NameOf } from '../config.ts'
import { type Config, readConfig } from '../node/config.ts'

const LOOPBACK = '127.0.0.0/8,::1/128'

/**
 * The settings of a Portolan within this process. One that serves nobody but who has started it needs no limits of
 * requests; and what listens on this machine (kind, a port-forward) may be asked, unless that is forbidden.
 *
 * @throws ConfigError
 */
export function localConfig(
  env: Readonly<Record<string, string | undefined>>,
  { strictEgress, nameOf }: { strictEgress: boolean; nameOf?: NameOf },
): Config {
  const allow = [...(strictEgress ? [] : [LOOPBACK]), ...(env.PORTOLAN_EGRESS_ALLOW ? [env.PORTOLAN_EGRESS_ALLOW] : [])]
  const set = {
    ...env,
    PORTOLAN_EGRESS_ALLOW: allow.join(','),
    PORTOLAN_RATE_LIMIT_REQUESTS: 'off',
    PORTOLAN_RATE_LIMIT_ADDRESS: 'off',
    PORTOLAN_RATE_LIMIT_FAILURES: 'off',
    PORTOLAN_RATE_LIMIT_JOBS: 'off',
    PORTOLAN_RATE_LIMIT_TRIES: 'off',
  }
  return readConfig(set, nameOf)
}
