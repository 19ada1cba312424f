import { type Asking, actorOf } from '../record/audit.ts'
import type { Principal } from '../record/principal.ts'
import type { ApiContext } from './route.ts'

/** Gives what the audit log records of every request: who asks, from which address, and under which request id. */
export function askingOf(context: ApiContext, principal: Principal): Asking {
  const { clock } = context.get('deps')
  return {
    actor: actorOf(principal),
    requestId: context.get('requestId') ?? null,
    clientAddress: context.get('clientAddress') ?? null,
    now: clock.now,
  }
}
