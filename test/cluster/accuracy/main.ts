/**
 * `npm run accuracy`: asks about every fault in both flavours and about cases drawn by lot, and writes
 * docs/diagnoses/accuracy.md. With `--sample`, so many cases a flavour, and nothing is written: what CI runs.
 *
 * @module
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { NAMESPACES } from '../../../scripts/namespaces.ts'
import { type Case, catalogue, drawn, keyOf, sampleOf } from './cases.ts'
import { missingFromKernel } from './kernel.ts'
import { type Broken, outcomesOfObjects } from './plans.ts'
import { renderAccuracy } from './report.ts'
import type { Outcome } from './score.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PAGE = join(ROOT, 'docs/diagnoses/accuracy.md')
/** The last whole run writes here what it got wrong, and a sample is measured against it. */
const RECORD = join(import.meta.dirname, 'record.json')

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string' },
    cases: { type: 'string', default: '300' },
    flavour: { type: 'string', default: 'both' },
    only: { type: 'string' },
    sample: { type: 'string' },
    workers: { type: 'string', default: '6' },
    /** The outcomes are written to this file as JSON. */
    out: { type: 'string' },
  },
})

const today = new Date().toISOString().slice(0, 10)
/** The default seed of a sample is the date, so that it takes other cases each day. */
const seed = Number(options.seed ?? (options.sample === undefined ? 11 : today.replaceAll('-', '')))
const random = options.sample === undefined ? Number(options.cases) : 0
const only = new RegExp(options.only ?? '')

const lacking = missingFromKernel()
const hasOverlay = !lacking.some(({ is }) => is === 'overlay')
const wanted = [...catalogue(), ...drawn(random, seed)]
  .filter(({ mode }) => options.flavour === 'both' || options.flavour === mode)
  .filter(({ network }) => hasOverlay || network === 'routed')
  .filter((of) => only.test(keyOf(of)))
const cases =
  options.sample === undefined
    ? wanted
    : [...Map.groupBy(wanted, ({ mode }) => mode).values()].flatMap((list) => mixOf(list, Number(options.sample)))

console.log(`seed ${seed}: ${cases.length} cases on the test cluster`)
for (const { what } of lacking) {
  console.log(`the kernel lacks what this needs, it is untested: ${what}`)
}
execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'], { cwd: ROOT, stdio: 'inherit' })

const startedAt = Date.now()
const { outcomes, broken } = await runAll(cases)
if (options.sample === undefined) {
  const objects = await outcomesOfObjects(only)
  outcomes.push(...objects.outcomes)
  broken.push(...objects.broken)
}
console.log(`${outcomes.length} cases in ${Math.round((Date.now() - startedAt) / 1000)} s`)
if (options.out !== undefined) {
  writeFileSync(options.out, JSON.stringify(outcomes, null, 1))
}

const notExact = outcomes.filter(({ score, untrue }) => score !== 'exact' || untrue.length > 0)
for (const { key, score, findings, untrue, expected } of notExact) {
  console.log(
    `${score.padEnd(6)} ${key}\n       expected ${JSON.stringify(expected)}, told ${findings.map(({ code, confidence }) => `${code} (${confidence})`).join(', ') || 'nothing'}${untrue.length > 0 ? `; untrue: ${untrue.join(', ')}` : ''}`,
  )
}
const exact = outcomes.filter(({ score }) => score === 'exact').length
const untrue = outcomes.filter((outcome) => outcome.untrue.length > 0)
console.log(
  `exact ${exact} of ${outcomes.length}; certain and untrue: ${untrue.length}; cases that could not be run: ${broken.length}`,
)
for (const { key, error } of broken) {
  console.error(`${key}\n${error}`)
}

if (options.sample !== undefined) {
  await check()
} else if (options.only === undefined && options.flavour === 'both') {
  write()
}
if (broken.length > 0) {
  process.exitCode = 1
}

/** Takes seven faults, one pair and two healthy set-ups of ten: the healthy are the most, and they say the least. */
function mixOf(list: readonly Case[], count: number): Case[] {
  const shares: Partial<Record<Case['kind'], number>> = { fault: 0.7, pair: 0.1, healthy: 0.2 }
  return Object.entries(shares).flatMap(([kind, share]) =>
    sampleOf(
      list.filter((of) => of.kind === kind),
      Math.round(count * share),
      seed,
    ),
  )
}

/** Cases of a sample that may be wrong for once: endpoints are drawn by lot, and machines are busy. */
const TOLERATED = 2

/**
 * Nothing is worse than at the last whole run: a case that it got right and that is wrong now, twice, is. A few may be,
 * but no more, and none with a certainty that is untrue.
 */
async function check(): Promise<void> {
  const record: { wrong: string[]; untrue: string[] } = JSON.parse(readFileSync(RECORD, 'utf8'))
  const worse = (list: readonly Outcome[]) =>
    list.filter(
      ({ key, score, untrue }) =>
        (score !== 'exact' && !record.wrong.includes(key)) || (untrue.length > 0 && !record.untrue.includes(key)),
    )
  const suspects = worse(notExact).map(({ key }) => key)
  if (suspects.length === 0) {
    return
  }
  console.log(`${suspects.length} were right at the last whole run, and are asked again`)
  const again = await runAll(cases.filter((of) => suspects.includes(keyOf(of))))
  const still = worse(again.outcomes)
  for (const { key, findings } of still) {
    console.error(`worse than before: ${key}, told ${JSON.stringify(findings)}`)
  }
  const isUntrue = still.some(({ key, untrue: said }) => said.length > 0 && !record.untrue.includes(key))
  if (still.length > TOLERATED || isUntrue || again.broken.length > 0) {
    process.exitCode = 1
  }
}

function write(): void {
  const commit = execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=8', '--exclude=*'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim()
  const untested = lacking.map(({ what }) => what)
  writeFileSync(PAGE, renderAccuracy({ seed, cases: random, commit, date: today, lacking: untested, outcomes }))
  const record = {
    seed,
    commit,
    wrong: outcomes
      .filter(({ score }) => score !== 'exact')
      .map(({ key }) => key)
      .toSorted(),
    untrue: untrue.map(({ key }) => key).toSorted(),
  }
  writeFileSync(RECORD, `${JSON.stringify(record, null, 2)}\n`)
  console.log(`written: ${PAGE}`)
}

/** Several clusters at once, each in namespaces of its own: most of the time is waiting. */
async function runAll(list: readonly Case[]): Promise<{ outcomes: Outcome[]; broken: Broken[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-accuracy-'))
  try {
    const lots = [...Map.groupBy(list, ({ network }) => network).values()].flatMap((ofNetwork) => {
      const count = Math.max(1, Math.round(Number(options.workers) / 2))
      return Array.from({ length: count }, (_, turn) => ofNetwork.filter((_case, place) => place % count === turn))
    })
    const done = await Promise.all(
      lots
        .filter((lot) => lot.length > 0)
        .map(async (lot, turn) => {
          // One flavour after the other: to change it takes longer than to change a Service.
          const sorted = lot.toSorted((a, b) => a.mode.localeCompare(b.mode))
          const file = join(folder, `cases-${turn}.json`)
          return runWorker(file, sorted)
        }),
    )
    const place = new Map(list.map((of, position) => [keyOf(of), position]))
    return {
      outcomes: done
        .flatMap(({ outcomes }) => outcomes)
        .toSorted((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0)),
      broken: done.flatMap(({ broken }) => broken),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a worker leaves because it ended is given to another, as long as each does something. */
async function runWorker(file: string, lot: readonly Case[]): Promise<{ outcomes: Outcome[]; broken: Broken[] }> {
  writeFileSync(file, JSON.stringify(lot))
  const [command = '', ...args] = [...NAMESPACES, process.execPath, join(import.meta.dirname, 'worker.ts'), file]
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const outcomes: Outcome[] = []
  const broken: Broken[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const said: Outcome | Broken = JSON.parse(line)
    if ('error' in said) {
      broken.push(said)
    } else {
      outcomes.push(said)
    }
  }
  const answered = new Set([...outcomes, ...broken].map(({ key }) => key))
  const left = lot.filter((of) => !answered.has(keyOf(of)))
  if (left.length === 0) {
    return { outcomes, broken }
  }
  if (answered.size === 0) {
    return { outcomes, broken: left.map((of) => ({ key: keyOf(of), error: 'its worker ended before it' })) }
  }
  const others = await runWorker(file, left)
  return { outcomes: [...outcomes, ...others.outcomes], broken: [...broken, ...others.broken] }
}
