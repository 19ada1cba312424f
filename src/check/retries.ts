import type { JobRequest } from '../plan/request.ts'
import type { Found, Resolved } from './resolve.ts'
import type { Result, Tried } from './result.ts'
import { cutResult, type TryContext, type TryKey } from './try.ts'
import { tryAddress } from './try-address.ts'
import { nameToDial, resolveToDial, tryName, unresolvedResult } from './try-name.ts'

/** All tries of one check on one path with one sample number, in one round. */
export type Unit = Omit<TryKey, 'try'>

export type UnitRun = {
  context: TryContext
  retries: JobRequest['retries']
  /** Tries of this unit from before a restart, which are not repeated. */
  known: readonly Tried[]
  record(result: Result): void
}

/** Resolves, where the path is dialled by name, and tries each address until it passes or no retry is left. */
export async function runUnit(run: UnitRun, unit: Unit): Promise<void> {
  const { path, check } = unit
  const { context, known } = run
  if (check.type === 'dns' || path.address === null) {
    await makeTries(run, unit, { address: null, known, attempt: async (key) => [await tryName(context, key)] })
    return
  }
  const name = nameToDial(path, check)
  if (name !== null) {
    await runNamed(run, unit, name)
  } else {
    await tryEach(run, unit, { address: path.address, family: path.family ?? 'IPv4' }, known, null, 1)
  }
}

/** Resolves a hostname, again where that fails and retries are left, then dials each of its addresses. */
async function runNamed(run: UnitRun, unit: Unit, name: string): Promise<void> {
  const { context, known } = run
  const found: { resolved: Resolved; try: number }[] = []
  await makeTries(run, unit, {
    address: null,
    known: known.filter(({ address }) => address === ''),
    async attempt(key) {
      const startedAtMs = context.deps.clock.now()
      const resolved = await resolveToDial(context, unit.path, name)
      if (resolved.failure !== null) {
        return [unresolvedResult(context, key, startedAtMs, resolved)]
      }
      found.push({ resolved, try: key.try })
      return []
    },
  })
  const [last] = found
  if (last === undefined) {
    return
  }
  await Promise.all(
    last.resolved.addresses.map((to) => {
      const own = known.filter(({ address }) => address === to.address)
      return tryEach(run, unit, to, own, last.resolved, last.try)
    }),
  )
}

/** @param resolved what the first try has resolved; later ones dial the same address again. */
const tryEach = (
  run: UnitRun,
  unit: Unit,
  to: Found,
  known: readonly Tried[],
  resolved: Resolved | null,
  first: number,
): Promise<void> =>
  makeTries(run, unit, {
    address: to.address,
    known,
    first,
    attempt: (key) => tryAddress(run.context, key, to, key.try === first ? resolved : null, resolved?.dns ?? null),
  })

type Tries = {
  /** The address that is dialled; `null` for a question to DNS. */
  address: string | null
  known: readonly Tried[]
  /** The number of the first try; default 1. */
  first?: number
  /** Makes one try; its results are recorded in order, the last decides; none: something else is to decide. */
  attempt(key: TryKey): Promise<Result[]>
}

/** Tries until one does not fail or none is left. */
async function makeTries(run: UnitRun, unit: Unit, tries: Tries): Promise<void> {
  const { context, retries, record } = run
  const { address, known, first = 1 } = tries
  let last: Tried | null = known.toSorted((left, right) => left.try - right.try).at(-1) ?? null
  while (last === null || mayRetry(run, last)) {
    if (last !== null) {
      await context.deps.clock.sleep(retries.delayMs, context.signal)
    }
    const key: TryKey = { ...unit, try: last === null ? first : last.try + 1 }
    const results = await tryWhenLetIn(run, key, tries)
    if (results === null) {
      // A result that is there stands; only what was never tried is to say why
      if (last === null) {
        record(cutResult(context, key, address ?? '', context.signal.reason))
      }
      return
    }
    last = results.at(-1) ?? null
    if (last === null) {
      return
    }
  }
}

/** @returns `null`: the run was cut before the try could begin. */
async function tryWhenLetIn(
  { context, record }: UnitRun,
  key: TryKey,
  { address, attempt }: Tries,
): Promise<Result[] | null> {
  const { deps, jobId, signal } = context
  const release = signal.aborted ? null : await deps.gate.enter(jobId, address, key.path.addressPort)
  if (release === null || signal.aborted) {
    release?.()
    return null
  }
  try {
    const results = await attempt(key)
    for (const result of results) {
      record(result)
    }
    return results
  } finally {
    release()
  }
}

function mayRetry({ context, retries }: UnitRun, last: Tried): boolean {
  const failed = last.outcome === 'fail' || last.outcome === 'error'
  return failed && last.try <= retries.limit && !context.signal.aborted
}
