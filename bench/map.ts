/**
 * Measures what the map costs: the documents of a Service of 50 nodes, 200 endpoints and two ports become a drawing and a
 * table. It prints CPU time of the thread, and judges nothing. Beside it: rendering as many bare elements, which is what
 * the renderer takes without a map (the floor). `npm run bench:map`
 */

import { gzipSync } from 'node:zlib'
import { jsx } from 'hono/jsx'
import { layoutOf } from '../src/pages/map/layout.ts'
import { PathMap, PathTable } from '../src/pages/map/map.tsx'
import { mapModel } from '../src/pages/map/model.ts'
import { manySource } from '../test/support/map-many.ts'

const ROUNDS = 30
/** Together, as the clock of a thread is no finer than a millisecond. */
const REPEATS = 5

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function timed(repeats: number, work: () => unknown): number {
  const startMs = cpuMs()
  for (let at = 0; at < repeats; at++) {
    work()
  }
  return (cpuMs() - startMs) / repeats
}

/** In a process in which nothing has been rendered yet the first is what a server takes for its first page. */
function measured(work: () => unknown): string {
  const first = timed(1, work)
  const warm = Array.from({ length: ROUNDS }, () => timed(REPEATS, work)).toSorted((a, b) => a - b)
  const at = (share: number): number => warm[Math.min(warm.length - 1, Math.floor(warm.length * share))] ?? Number.NaN
  return `${at(0.5).toFixed(1).padStart(6)} ms median, ${at(0.95).toFixed(1)} ms p95, ${first.toFixed(1)} ms the first`
}

const html = (component: unknown, props: Record<string, unknown>): string => String(jsx(component as never, props))
const elementsOf = (text: string): number => (text.match(/<[a-z]/g) ?? []).length
const sizeOf = (text: string): string =>
  `${elementsOf(text)} elements, ${(text.length / 1000).toFixed(0)} kB, ${(gzipSync(text).length / 1000).toFixed(1)} kB gzip`

const Bare = ({ count }: { count: number }) => jsx('div', {}, ...Array.from({ length: count }, () => jsx('i', {}, 'x')))

const source = manySource(50, 200)
console.log(`50 nodes, 200 endpoints, 2 ports: ${'job' in source ? source.job.paths.length : 0} paths`)
const rendered = [
  ['map', () => html(PathMap, { source })],
  ['unfolded', () => html(PathMap, { source, isUnfolded: true })],
  ['table', () => html(PathTable, { source })],
] as const
for (const [name, work] of rendered) {
  const figures = measured(work)
  const text = work()
  console.log(`${name.padEnd(10)} ${figures}; ${sizeOf(text)}`)
  console.log(`  floor    ${measured(() => html(Bare, { count: elementsOf(text) }))}; as many bare elements`)
}
console.log(`model      ${measured(() => mapModel(source))}`)
console.log(`layout     ${measured(() => layoutOf(mapModel(source)))}; with the model`)
