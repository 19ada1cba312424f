/** What a run of the fuzz has to say. */
import type { Shown } from '../../scripts/leave-results.ts'
import { OPERATIONS } from './document.ts'
import type { Ran } from './run.ts'

const MANY = 4000

export function printRan({ runtime, requests, seed, answers, hows, wrongs, alive, packetsOut, faults, ms }: Ran): void {
  console.log(`\n${runtime}: ${requests} requests, seed ${seed}, in ${(ms / 1000).toFixed(0)} s`)
  console.log([...hows].map(([how, count]) => `${how} ${count}`).join(', '))
  for (const [operation, statuses] of [...answers].toSorted(([a], [b]) => a.localeCompare(b))) {
    const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status} × ${count}`)
    console.log(`  ${operation.padEnd(24)} ${counts.join(', ')}`)
  }
  console.log(
    `/livez: asked ${alive.asked} times, not answered ${alive.notAnswered}, p99 ${alive.p99Ms.toFixed(0)} ms, at most ${alive.mostMs.toFixed(0)} ms; packets that left: ${packetsOut}`,
  )
  for (const { told, times, nth, asked } of wrongs) {
    console.log(`wrong, ${times} times, first request ${nth}: ${told}\n    ${asked}`)
  }
  for (const line of faults) {
    console.log(`logged as an error: ${line}`)
  }
}

/** These need a page of the server's own, or an identity provider: `test/api/login.test.ts` and `oidc.test.ts` do them. */
const BY_BROWSERS = ['logIn', 'logOut', 'beginOidcLogin', 'finishOidcLogin']
/** Nothing of a cluster is read there. */
const LACKING = { node: [], workers: ['listClusterServices', 'askForFlagger'] }
/** Flagger is told by this that a path fails, which is what was asked: no chance makes one of these worlds pass. */
const isDone = (operation: string, status: number): boolean =>
  (status >= 200 && status < 400) || (operation === 'askForFlagger' && status === 412)

/** The promises, and whether each was kept. */
export function judged({ runtime, requests, answers, wrongs, alive, packetsOut, faults }: Ran): Shown[] {
  const first = wrongs[0]
  // With few requests chance may leave one out.
  const neverWell = OPERATIONS.map(({ operationId }) => operationId).filter(
    (operation) =>
      ![...BY_BROWSERS, ...LACKING[runtime]].includes(operation) &&
      ![...(answers.get(operation)?.keys() ?? [])].some((status) => isDone(operation, status)),
  )
  const on = `on ${runtime}`
  return [
    {
      what: `${on}, ${requests} answers are as openapi.yaml says, none a 5xx but 502, 503 and 507`,
      failure: first === undefined ? null : `${wrongs.length} kinds of others, like ${first.told}`,
    },
    {
      what: `${on}, /livez answers throughout`,
      failure:
        alive.asked > 0 && alive.notAnswered === 0 ? null : `${alive.notAnswered} of ${alive.asked} not answered`,
    },
    {
      what: `${on}, no packet leaves`,
      failure: packetsOut === 0 ? null : `${packetsOut} packets left`,
    },
    {
      what: `${on}, nothing is logged as a fault of ours`,
      failure: faults[0] ?? null,
    },
    {
      what: `${on}, every operation was asked so that it could be done`,
      failure: requests < MANY || neverWell.length === 0 ? null : `never: ${neverWell.join(', ')}`,
    },
  ]
}
