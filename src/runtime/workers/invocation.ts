import { AsyncLocalStorage } from 'node:async_hooks'
import type { Calls } from './call-budget.ts'

const current = new AsyncLocalStorage<Calls>()

/** Runs what an invocation does, streams that outlive it included, with the calls that it may make. */
export const inInvocation = <T>(calls: Calls, run: () => T): T => current.run(calls, run)

function own(): Calls {
  const calls = current.getStore()
  if (calls === undefined) {
    throw new Error('a call to the platform outside of an invocation')
  }
  return calls
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
