/**
 * Start of the command line: from spawning the process to its end, beside a bare `node` and beside the same job over the
 * API, in turns, in the same run. `npm run bench:cli [-- runs]`; wants a build (done by the script).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LISTENING, startBundle } from '../test/support/bundle.ts'
import { startProgram } from '../test/support/program.ts'

const PATHS = 20
const VERSION_AIM_MS = 150
const CHECK_AIM = 1.2
const runs = Number(process.argv[2] ?? 15)
const folder = mkdtempSync(join(tmpdir(), 'portolan-bench-'))
const addresses = Array.from({ length: PATHS }, (_, at) => `127.0.1.${at + 1}`)

/** One port on all of the addresses, each a path of its own. */
async function startTarget(): Promise<{ port: number; servers: readonly Server[] }> {
  const servers: Server[] = []
  let port = 0
  for (const address of addresses) {
    const server = createServer((_, response) => response.end('ok')).listen(port, address)
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    servers.push(server)
  }
  return { port, servers }
}

const manifestOf = (port: number): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'toad-svc', namespace: 'shop' },
    spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, selector: { app: 'toad' }, ports: [{ port }] },
    status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  })

/** Milliseconds from spawn to the end. */
async function ran(args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { PATH: '', HOME: folder, ...env } })
  const [code] = await once(child, 'exit')
  if (code !== 0) {
    throw new Error(`node ${args.join(' ')} ended with ${code}`)
  }
  return performance.now() - startedMs
}

async function overApi(url: string, manifest: string): Promise<void> {
  const headers = { 'content-type': 'application/yaml' }
  const answer = await fetch(`${url}/v1/jobs?wait=60&format=text`, { method: 'POST', headers, body: manifest })
  const text = await answer.text()
  if (!text.startsWith(`PASS  shop/toad-svc  ${PATHS} passed`)) {
    throw new Error(text)
  }
}

async function timed(act: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await act()
  return performance.now() - startedMs
}

/** A server that is started for one job, and ended. */
async function coldServer(manifest: string, run: number): Promise<number> {
  return timed(async () => {
    const program = await startProgram(process.execPath, ['dist/portolan.cjs', 'serve'], LISTENING, {
      PORTOLAN_PORT: '0',
      PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
      PORTOLAN_DATABASE: join(folder, `${run}.db`),
    })
    await overApi(program.said[1] ?? '', manifest)
    await program.stop()
  })
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b)
const at = (values: readonly number[], share: number) =>
  sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
const ms = (value: number) => value.toFixed(0).padStart(7)

const { port, servers } = await startTarget()
const warm = await startBundle({ PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8' })
try {
  const manifest = manifestOf(port)
  const file = join(folder, 'toad.json')
  writeFileSync(file, manifest)
  const check = ['dist/portolan.cjs', 'check', '-f', file]
  const contestants: { name: string; run(at: number): Promise<number>; figures: number[] }[] = [
    { name: 'node -e 0', run: () => ran(['-e', '0']), figures: [] },
    { name: 'portolan --version', run: () => ran(['dist/portolan.cjs', '--version']), figures: [] },
    { name: `check, ${PATHS} paths`, run: () => ran(check), figures: [] },
    { name: 'check --server, of one that runs', run: () => ran([...check, '--server', warm.url]), figures: [] },
    { name: 'the job, of a server that runs', run: () => timed(() => overApi(warm.url, manifest)), figures: [] },
    { name: 'the job, server started for it', run: (run) => coldServer(manifest, run), figures: [] },
  ]
  for (let run = -1; run < runs; run += 1) {
    for (const { run: act, figures } of contestants) {
      const took = await act(run)
      // The first is to fill caches
      if (run >= 0) {
        figures.push(took)
      }
    }
  }
  console.log(`ms from spawn to the end, ${runs} runs in turns, node ${process.version}`)
  console.log(`${''.padEnd(36)}    min     p50     p90     max`)
  for (const { name, figures } of contestants) {
    console.log(`${name.padEnd(36)}${[0, 0.5, 0.9, 1].map((share) => ms(at(figures, share))).join(' ')}`)
  }
  const median = (name: string) => at(contestants.find((each) => each.name.startsWith(name))?.figures ?? [], 0.5)
  const version = median('portolan --version')
  const ratio = median('check, ') / median('the job, server started')
  console.log(
    `--version ${version.toFixed(0)} ms (aim ${VERSION_AIM_MS}), ${(version / median('node')).toFixed(2)} × bare node`,
  )
  console.log(`check ${ratio.toFixed(2)} × the same job over the API, start included (aim ${CHECK_AIM})`)
  console.log(`check ${(median('check, ') / median('the job, of')).toFixed(2)} × the same job of a server that runs`)
} finally {
  await warm.stop()
  for (const server of servers) {
    server.close()
  }
  rmSync(folder, { recursive: true })
}
