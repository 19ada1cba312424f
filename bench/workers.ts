/**
 * Cold start on workerd: from spawning it to the first 200 of /livez, by the clock and in CPU time (Linux), then the next
 * request. The Worker as it is deployed beside an empty one, in turns, in the same run. `npm run bench:workers [-- runs]`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './support/target.ts'

const runs = Number(process.argv[2] ?? 15)
const workerd = fileURLToPath(new URL('../node_modules/workerd/bin/workerd', import.meta.url))
const root = fileURLToPath(new URL('../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'portolan-workerd-'))

const EMPTY = "export default { fetch: () => new Response('ok') }"

/** Bindings are objects that are never called: what is measured is loading. */
const configOf = (main: string) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .worker) ],
  sockets = [ (name = "http", service = "main") ],
);
const worker :Workerd.Worker = (
  modules = [ (name = "main.js", esModule = embed "${main}") ],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [
    (name = "DB", json = "{}"), (name = "QUEUE", json = "{}"), (name = "SCHEDULED", json = "{}"), (name = "ASSETS", json = "{}"),
    (name = "PORTOLAN_ADMIN_TOKEN", text = "a-token-of-the-bench"),
  ],
);
`

/** Resolves with the first answer; asks again while nobody listens. */
async function firstAnswer(url: string): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
}

/** Sums what all threads of a process have spent on a CPU, ms; NaN where the system does not say. */
function cpuMsOf(pid: number | undefined): number {
  const threads = globSync(`/proc/${pid}/task/*/schedstat`)
  if (threads.length === 0) {
    return Number.NaN
  }
  return threads.reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6, 0)
}

async function start(config: string): Promise<{ firstMs: number; cpuMs: number; nextMs: number }> {
  const port = await freePort()
  const startedMs = performance.now()
  const child = spawn(workerd, ['serve', config, '--socket-addr', `http=127.0.0.1:${port}`], { stdio: 'ignore' })
  try {
    const url = `http://127.0.0.1:${port}/livez`
    const first = await firstAnswer(url)
    if (first.status !== 200) {
      throw new Error(`/livez answered ${first.status}: ${await first.text()}`)
    }
    await first.text()
    const firstMs = performance.now() - startedMs
    const cpuMs = cpuMsOf(child.pid)
    const askedMs = performance.now()
    await (await fetch(url)).text()
    return { firstMs, cpuMs, nextMs: performance.now() - askedMs }
  } finally {
    child.kill()
    await once(child, 'exit')
  }
}

const at = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN

try {
  const built = spawnSync(
    process.execPath,
    ['--env-file=tools.env', 'node_modules/wrangler/bin/wrangler.js', ...['deploy', '--dry-run', '--outdir', folder]],
    { cwd: root, encoding: 'utf8' },
  )
  if (built.status !== 0) {
    throw new Error(`wrangler deploy --dry-run failed:\n${built.stdout}${built.stderr}`)
  }
  writeFileSync(join(folder, 'empty.js'), EMPTY)
  const contestants = ['empty.js', 'main.js'].map((main) => {
    const config = join(folder, `${main}.capnp`)
    writeFileSync(config, configOf(main))
    return {
      name: main === 'main.js' ? 'portolan' : 'empty worker',
      config,
      firstMs: [] as number[],
      cpuMs: [] as number[],
      nextMs: [] as number[],
    }
  })
  for (let run = 0; run < runs; run++) {
    for (const contestant of contestants) {
      const { firstMs, cpuMs, nextMs } = await start(contestant.config)
      contestant.firstMs.push(firstMs)
      contestant.cpuMs.push(cpuMs)
      contestant.nextMs.push(nextMs)
    }
  }
  console.log(
    `ms from spawning workerd to the first 200 of /livez, CPU time until then, and the next request; ${runs} runs in turns`,
  )
  console.log(`${''.padEnd(14)}    min    p50    p90    CPU p50   next p50`)
  for (const { name, firstMs, cpuMs, nextMs } of contestants) {
    const figures = [at(firstMs, 0), at(firstMs, 0.5), at(firstMs, 0.9)]
      .map((ms) => ms.toFixed(0).padStart(6))
      .join(' ')
    const rest = [at(cpuMs, 0.5), at(nextMs, 0.5)].map((ms) => ms.toFixed(1).padStart(10)).join(' ')
    console.log(`${name.padEnd(14)} ${figures} ${rest}`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
