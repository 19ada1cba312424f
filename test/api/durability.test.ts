import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CompareDocument } from '../../src/report/compare/document.ts'
import { at, ingress, service } from '../support/compare.ts'
import { FROM_SOURCES } from '../support/from-sources.ts'
import { GENEROUS } from '../support/generous.ts'
import { read, readJob } from '../support/read.ts'
import { STARTED } from '../support/started.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const main = new URL('../../src/runtime/node/main.ts', import.meta.url).pathname
let folder = ''
let pod: Pod
let asked = 0
let reached: (() => void) | null = null

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-kill-'))
  pod = await startPod('toad', '0.0.0.0', (_request, response) => {
    asked++
    if (asked === 60) {
      reached?.()
    }
    response.end('ok')
  })
})
afterAll(async () => {
  await pod.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A real process on the same database; resolves when it listens. */
async function start(): Promise<{ url: string; child: ChildProcess; stderr: string[] }> {
  const child = spawn(process.execPath, [...FROM_SOURCES, main], {
    env: {
      ...STARTED,
      ...GENEROUS,
      PORTOLAN_PORT: '0',
      PORTOLAN_DATABASE: join(folder, 'portolan.db'),
      PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
      PORTOLAN_VANTAGE: 'in-cluster',
      PORTOLAN_CONCURRENCY_PER_ADDRESS: '2',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const stderr: string[] = []
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`exit ${code}: ${stderr.join('\n')}`)))
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      stderr.push(line)
      const fields = JSON.parse(line)
      if (fields.event === 'listening') {
        resolve(fields.url)
      }
    })
  })
  return { url, child, stderr }
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve))

/** With the ClusterIP, 200 paths. */
const externalIPs = Array.from({ length: 199 }, (_, index) => `127.0.1.${index + 1}`)

describe('a process that is killed in the middle of a job', () => {
  it('finishes a comparison at the next start, every request three times', async () => {
    asked = 0
    const first = await start()
    const middle = new Promise<void>((resolve) => {
      reached = resolve
    })
    const paths = Array.from({ length: 30 }, (_, at) => `/${at}`)
    const side = { kind: 'Ingress', name: 'old', addresses: at({ address: '127.0.0.1', port: pod.port }) }
    const response = await fetch(`${first.url}/v1/compare`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ target: { manifests: [service, ingress('old', paths)] }, left: side, right: side }),
    })
    const { id } = await read<CompareDocument>(response)
    await middle
    first.child.kill('SIGKILL')
    await ended(first.child)
    const second = await start()
    const document = await read<CompareDocument>(fetch(`${second.url}/v1/compares/${id}?wait=60`))
    expect([document.verdict, document.summary.alike]).toEqual(['pass', 30])
    expect(document.requests.map(({ left, right }) => left.tries + right.tries)).toEqual(paths.map(() => 6))
    second.child.kill('SIGKILL')
    await ended(second.child)
    asked = 0
  })

  it('finishes it at the next start, every try once', async () => {
    const first = await start()
    const middle = new Promise<void>((resolve) => {
      reached = resolve
    })
    const response = await fetch(`${first.url}/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        target: { manifests: [toadService(pod.port, { externalIPs })] },
        paths: { include: ['ClusterIP', 'ExternalIP'] },
        checks: [
          { name: 'home', type: 'http', headers: { authorization: 'Bearer super-secret-token' } },
          { name: 'port', type: 'tcp' },
        ],
      }),
    })
    const { id } = await readJob(response)
    await middle
    first.child.kill('SIGKILL')
    await ended(first.child)
    const files = ['portolan.db', 'portolan.db-wal'].map((name) => readFileSync(join(folder, name), 'latin1')).join('')
    expect(files).toContain(id)
    expect(files).not.toContain('super-secret-token')

    const second = await start()
    const job = await readJob(fetch(`${second.url}/v1/jobs/${id}?wait=60`))
    expect(job).toMatchObject({ status: 'finished', verdict: 'pass' })
    const tries = job.paths.flatMap(({ address, results }) =>
      results.map((result) => `${address} ${result.check} ${result.sample} ${result.try}`),
    )
    const wanted = ['127.0.0.1', ...externalIPs].flatMap((address) => [`${address} home 1 1`, `${address} port 1 1`])
    expect(tries.toSorted()).toEqual(wanted.toSorted())

    second.child.kill('SIGTERM')
    expect(await ended(second.child)).toBe(0)
    expect(second.stderr.join('\n')).not.toContain('super-secret-token')
  }, 60_000)
})

describe('two processes on one database', () => {
  it('do each job once, whichever of them took it in', async () => {
    const asked: string[] = []
    const counting = await startPod('counting', '127.0.0.1', ({ url = '' }, response) => {
      asked.push(url)
      response.end('ok')
    })
    const both = await Promise.all([start(), start()])
    const numbers = Array.from({ length: 60 }, (_, number) => number)
    // Eight clients, each with one request at a time: more at once would be refused where the machine is busy.
    const inTurns = async <T>(act: (number: number) => Promise<T>): Promise<T[]> => {
      const done: T[] = []
      const client = async (first: number) => {
        for (let number = first; number < numbers.length; number += 8) {
          done[number] = await act(number)
        }
      }
      await Promise.all(numbers.slice(0, 8).map(client))
      return done
    }
    const jobs = await inTurns((number) =>
      readJob(
        fetch(`${both[number % 2]?.url}/v1/jobs`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            target: { manifests: [toadService(counting.port)] },
            paths: { include: ['ClusterIP'] },
            checks: [{ name: 'home', type: 'http', path: `/job/${number}` }],
          }),
        }),
      ),
    )
    // Each is asked of the process that did not take it in.
    const ends = await inTurns((number) =>
      readJob(fetch(`${both[(number + 1) % 2]?.url}/v1/jobs/${jobs[number]?.id}?wait=60`)),
    )
    expect(ends.map(({ status, verdict, summary }) => [status, verdict, summary.pass])).toEqual(
      numbers.map(() => ['finished', 'pass', 1]),
    )
    expect(asked.toSorted()).toEqual(numbers.map((number) => `/job/${number}`).toSorted())
    for (const { child } of both) {
      child.kill('SIGTERM')
      expect(await ended(child)).toBe(0)
    }
    await counting.close()
  })
})

describe('the start', () => {
  it.each([
    [{ PORTOLAN_HOST: '0.0.0.0' }, /^PORTOLAN_ADMIN_TOKEN: /],
    [{ PORTOLAN_PROT: '80' }, /PORTOLAN_PROT/],
    [{ PORTOLAN_CONCURRENCY: 'many' }, /^PORTOLAN_CONCURRENCY/],
  ])('with %o ends with one line that names the variable', async (env, line) => {
    const child = spawn(process.execPath, [...FROM_SOURCES, main], {
      env: { ...STARTED, PORTOLAN_DATABASE: join(folder, 'other.db'), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let text = ''
    child.stderr.on('data', (chunk) => {
      text += chunk
    })
    expect(await ended(child)).toBe(2)
    expect(text).toMatch(line)
    expect(text.trimEnd().split('\n')).toHaveLength(1)
  })
})
