/** The cron trigger does this every minute, within the calls of one invocation. */
import { resealSecrets } from '../../job/reseal.ts'
import { replan, tick } from '../../schedule/tick.ts'
import { strandedJobs } from '../../store/leases.ts'
import { retain } from '../../store/retention.ts'
import { type Believable, lookAtClock } from '../believable.ts'
import type { Calls } from './call-budget.ts'
import type { Env } from './config.ts'
import { openD1 } from './d1.ts'
import type { Isolate } from './isolate.ts'
import { createQueue, sendAll } from './queue.ts'

/** Schedules looked at together: what they and the look itself take is `TICK_CALLS`. */
const TICK_PAGE = 3
const TICK_CALLS = 18
/** A message may wait that long for a consumer before it is taken for lost. */
const GRACE_MS = 60_000
const STRANDED_MAX = 100
/** The most rows that one step of retention takes, and that it looks at. */
const RETAIN_CALLS = 16
const RETAIN_ROWS = 2000

/** Each part is done whatever becomes of the others; what is not done in this minute is in the next. */
export async function onCron(isolate: Isolate, env: Env, calls: Calls): Promise<void> {
  const { log } = isolate.deps
  let clock: Believable = { nowMs: null, setBack: false }
  const parts: readonly (readonly [string, () => Promise<void>])[] = [
    [
      'clock',
      async () => {
        clock = await lookAtClock({ ...isolate.deps, store: openD1(env.DB, calls) }, isolate.config.retention.holdMs)
      },
    ],
    ['schedules', () => (clock.setBack ? bringForward(isolate, env, calls) : tickSchedules(isolate, env, calls))],
    ['stranded', () => enqueueStranded(isolate, env, calls)],
    ['secrets', () => reseal(isolate, env, calls)],
    ['retention', () => keepRetention(isolate, env, calls, clock.nowMs)],
  ]
  for (const [part, act] of parts) {
    try {
      await act()
    } catch (cause) {
      log.error('cron_failed', { part, cause })
    }
  }
}

/** After a clock that ran ahead was set back: schedules are not to wait until the time that it had shown. */
const bringForward = ({ deps }: Isolate, env: Env, calls: Calls): Promise<void> =>
  replan({ ...deps, store: openD1(env.DB, calls), queue: createQueue(env, calls) })

/** Runs schedules that are due; where they are more than one invocation can run, a message has the rest run. */
export async function tickSchedules({ deps }: Isolate, env: Env, calls: Calls): Promise<void> {
  const stop = new AbortController()
  const queue = createQueue(env, calls)
  const store = openD1(env.DB, calls)
  await tick(
    {
      ...deps,
      store,
      queue: {
        ...queue,
        async enqueue(jobs) {
          await queue.enqueue(jobs)
          if (calls.left < TICK_CALLS + 1) {
            stop.abort()
          }
        },
      },
    },
    stop.signal,
    TICK_PAGE,
  )
  if (stop.signal.aborted) {
    await sendAll(env, [{ tick: true }], calls)
  }
}

/** Jobs whose message was lost. */
async function enqueueStranded({ deps }: Isolate, env: Env, calls: Calls): Promise<void> {
  const stranded = await strandedJobs(openD1(env.DB, calls), deps.clock.now(), GRACE_MS, STRANDED_MAX)
  if (stranded.length === 0) {
    return
  }
  deps.log.warn('jobs_stranded', { jobs: stranded.length })
  await createQueue(env, calls).enqueue(stranded)
}

/** Seals anew what older keys have sealed, as far as the calls reach. */
async function reseal({ deps }: Isolate, env: Env, calls: Calls): Promise<void> {
  await resealSecrets({ ...deps, store: openD1(env.DB, calls) }, { mayGoOn: () => calls.left >= RETAIN_CALLS })
}

/** @param nowMs `null`: the clock is not believed, and nothing goes. */
async function keepRetention({ config, deps }: Isolate, env: Env, calls: Calls, nowMs: number | null): Promise<void> {
  if (nowMs === null) {
    return
  }
  const store = openD1(env.DB, calls)
  let deleted = 0
  for (let done = false; !done && calls.left >= RETAIN_CALLS; ) {
    const step = await retain(store, config.retention, nowMs, RETAIN_ROWS)
    deleted += step.deleted
    done = step.done
  }
  if (deleted > 0) {
    deps.log.info('retention', { deleted })
  }
}
