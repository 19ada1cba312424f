import { AsyncLocalStorage } from 'node:async_hooks'
import type { Calls } from './call-budget.ts'

/** Holds the calls that an invocation may still make, and keeps it alive for work that no answer waits for. */
type Invocation = { calls: Calls; waitUntil: (work: Promise<void>) => void }

const current = new AsyncLocalStorage<Invocation>()

/** Runs what an invocation does, streams that outlive it included, with the calls that it may make. */
export const inInvocation = <T>(calls: Calls, run: () => T, waitUntil: Invocation['waitUntil'] = () => undefined): T =>
  current.run({ calls, waitUntil }, run)

/** Keeps the invocation that asks alive until the work has ended. */
export const inBackground = (work: Promise<void>): void => current.getStore()?.waitUntil(work)

function own(): Calls {
  const invocation = current.getStore()
  if (invocation === undefined) {
    throw new Error('a call to the platform outside of an invocation')
  }
  return invocation.calls
}

/** Those of the invocation that asks: for what all invocations of an isolate share. */
export const ownCalls: Calls = {
  make: (kind, call, queries) => own().make(kind, call, queries),
  get left() {
    return own().left
  },
  get queriesLeft() {
    return own().queriesLeft
  },
  get probesLeft() {
    return own().probesLeft
  },
}
