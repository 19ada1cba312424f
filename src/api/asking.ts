import { type Asking, actorOf } from '../record/audit.ts'
import type { Principal } from '../record/principal.ts'
import type { ApiContext } from './route.ts'

/** What the audit log tells of a request: who asks, and how it came. */
export function askingOf(context: ApiContext, principal: Principal): Asking {
  const { clock } = context.get('deps')
  return {
    actor: actorOf(principal),
    requestId: context.get('requestId') ?? null,
    clientAddress: context.get('clientAddress') ?? null,
    now: clock.now,
  }
}
