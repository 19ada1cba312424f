/**
 * Cold start: from spawning the process to the first 200 of /livez. The production bundle with an empty database in a
 * fresh folder, beside a bundled Hono server that does nothing else and a bare `node`, in turns, in the same run.
 * `npm run bench:start [-- runs]`; wants a build (`npm run build`, done by the script).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'

const AIM_MS = 250
const runs = Number(process.argv[2] ?? 15)
const folder = mkdtempSync(join(tmpdir(), 'portolan-bench-'))

const EMPTY_SERVER = `
  import { serve } from '@hono/node-server'
  import { Hono } from 'hono'
  const app = new Hono().get('/livez', (context) => context.json({ status: 'ok' }))
  serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
    console.error(JSON.stringify({ event: 'listening', url: 'http://127.0.0.1:' + port })))
`

/** Milliseconds from spawn to the first 200 of /livez. */
async function start(args: readonly string[], env: Record<string, string>): Promise<number> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: '', ...env } })
  try {
    const url = await listeningUrl(child)
    const answer = await fetch(`${url}/livez`)
    if (answer.status !== 200) {
      throw new Error(`/livez answered ${answer.status}`)
    }
    return performance.now() - startedMs
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  if (child.stderr === null) {
    throw new Error('stderr is not a pipe')
  }
  const seen: string[] = []
  for await (const line of createInterface({ input: child.stderr })) {
    seen.push(line)
    if (!line.includes('"listening"')) {
      continue
    }
    const { url } = JSON.parse(line)
    return url
  }
  throw new Error(`it ended before it listened:\n${seen.join('\n')}`)
}

async function bareNode(): Promise<number> {
  const startedMs = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
  return performance.now() - startedMs
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b)
const at = (values: readonly number[], share: number) =>
  sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
const ms = (value: number) => value.toFixed(0).padStart(6)

try {
  const empty = join(folder, 'empty.mjs')
  await build({
    stdin: { contents: EMPTY_SERVER, resolveDir: import.meta.dirname },
    outfile: empty,
    bundle: true,
    format: 'esm',
    platform: 'node',
    minify: true,
  })
  const portolan = (env: Record<string, string>) => (run: number) =>
    start(['dist/portolan.cjs', 'serve'], {
      PORTOLAN_PORT: '0',
      PORTOLAN_DATABASE: join(folder, `${run}-${Object.keys(env).length}.db`),
      ...env,
    })
  const contestants: { name: string; start(run: number): Promise<number>; figures: number[] }[] = [
    { name: 'node -e 0 (to its end)', start: bareNode, figures: [] },
    { name: 'empty Hono server', start: () => start([empty], {}), figures: [] },
    { name: 'portolan', start: portolan({}), figures: [] },
    {
      name: 'portolan, nothing compiled',
      start: portolan({ NODE_DISABLE_COMPILE_CACHE: '1' }),
      figures: [],
    },
  ]
  for (let run = 0; run < runs; run += 1) {
    for (const contestant of contestants) {
      contestant.figures.push(await contestant.start(run))
    }
  }
  console.log(`ms from spawn to the first 200 of /livez, ${runs} runs in turns, node ${process.version}`)
  console.log(`${''.padEnd(32)}   min    p50    p90    max`)
  for (const { name, figures: values } of contestants) {
    console.log(
      `${name.padEnd(32)}${ms(at(values, 0))} ${ms(at(values, 0.5))} ${ms(at(values, 0.9))} ${ms(at(values, 1))}`,
    )
  }
  const median = at(contestants.find(({ name }) => name === 'portolan')?.figures ?? [], 0.5)
  console.log(`aim ${AIM_MS} ms: ${median <= AIM_MS ? 'met' : 'missed'} (p50 ${median.toFixed(0)} ms)`)
} finally {
  rmSync(folder, { recursive: true })
}
