/**
 * `npm run fuzz`: asks what `openapi.yaml` describes, rightly and wrongly, and holds every answer against it. With
 * `-- --requests N --runtime node|workers --seed S`; without options the whole, on both runtimes.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { leaveResults } from '../../scripts/leave-results.ts'
import { assertNoWayOut } from '../support/no-way-out.ts'
import { type Ran, run } from './run.ts'
import { judged, printRan } from './told.ts'

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string' },
    runtime: { type: 'string' },
    seed: { type: 'string' },
    'at-once': { type: 'string', default: '16' },
  },
})

/** How many on which runtime, where nothing else is asked for. */
const WHOLE = { node: 50_000, workers: 5_000 } as const
const RUNTIMES = ['node', 'workers'] as const

/** The date: a slice asks other things each day. */
const today = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''))
const seed = Number(options.seed ?? today)

assertNoWayOut()
const ran: Ran[] = []
for (const runtime of RUNTIMES.filter((each) => options.runtime === undefined || options.runtime === each)) {
  // A slice is shared as the whole is.
  const share = options.runtime === undefined ? WHOLE[runtime] / (WHOLE.node + WHOLE.workers) : 1
  const requests = options.requests === undefined ? WHOLE[runtime] : Math.round(Number(options.requests) * share)
  const done = await run({ runtime, requests, seed, atOnce: Number(options['at-once']) })
  printRan(done)
  ran.push(done)
}
const shown = ran.flatMap(judged)
for (const { what, failure } of shown) {
  console.log(`${failure === null ? 'kept  ' : 'broken'} ${what}${failure === null ? '' : `: ${failure}`}`)
}
leaveResults('fuzz', shown)
process.exit(shown.some(({ failure }) => failure !== null) ? 1 : 0)
