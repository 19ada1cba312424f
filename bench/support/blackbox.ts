import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { pool } from './bare.ts'
import { freePort, HOST, untilItListens } from './target.ts'

/** A running blackbox_exporter, asked over its own /probe. */
export type Blackbox = {
  child: ChildProcess
  run(module: 'http_2xx' | 'tcp_connect', target: string, tries: number, atOnce: number): Promise<void>
  /** CPU time that its process has used, milliseconds: it does the probing. */
  cpuMs(): number
}

export async function startBlackbox(program: string, folder: string): Promise<Blackbox> {
  const port = await freePort()
  const config = join(folder, 'blackbox.yml')
  writeFileSync(config, 'modules:\n  http_2xx: {prober: http}\n  tcp_connect: {prober: tcp}\n')
  const args = [`--config.file=${config}`, `--web.listen-address=${HOST}:${port}`]
  const child = spawn(program, args, { stdio: 'ignore' })
  await untilItListens(port)
  const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const ask = (path: string) =>
    new Promise<void>((resolve, reject) => {
      get({ host: HOST, port, path, agent }, (response) => response.resume().on('end', () => resolve())).on(
        'error',
        reject,
      )
    })
  return {
    child,
    run: (module, target, tries, atOnce) =>
      pool(tries, atOnce, () => ask(`/probe?module=${module}&target=${encodeURIComponent(target)}`)),
    cpuMs() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond
    },
  }
}
