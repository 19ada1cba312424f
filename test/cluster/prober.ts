import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { JobDocument, PlanDocument } from '../../src/report/job-document.ts'
import { LISTENING } from '../support/bundle.ts'
import { mismatches } from '../support/openapi.ts'
import { type Program, startProgram } from '../support/program.ts'
import { netnsOf, nsenter, run } from './netns.ts'

export type Prober = {
  /** Posts a job and waits for its end; the answer matches `openapi.yaml`. */
  ask(body: unknown): Promise<JobDocument>
  /** Posts a job that is not accepted. */
  refused(body: unknown): Promise<{ status: number; code: string }>
  /** Posts a job and does not wait. @returns its id. */
  begin(body: unknown): Promise<string>
  job(id: string, waitSeconds?: number): Promise<JobDocument>
  /** Asks for what the objects alone tell. */
  plan(body: unknown): Promise<PlanDocument>
  /** As if its pod had been: what it waits for is forgotten. */
  restart(): Promise<void>
  stop(): Promise<unknown>
}

export type ProberOptions = {
  /** A folder of its own, for the database. */
  folder: string
  /** Bound over what they are bound over in its mount namespace alone. */
  mounts: readonly { file: string; over: string }[]
  env: Readonly<Record<string, string>>
}

const ROOT = join(import.meta.dirname, '../..')
const GUARD = join(import.meta.dirname, 'only-within.ts')

/** Binds pairs of paths, then becomes what stands after `--`. */
const BIND = 'while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done; shift; exec "$@"'

/** The production bundle in the network namespace of a host, on that host's loopback. */
export async function startProber(host: string, { folder, mounts, env }: ProberOptions): Promise<Prober> {
  const start = () =>
    startPortolan(
      [
        ...nsenter(host),
        ...['unshare', '--mount', 'sh', '-euc', BIND, 'sh'],
        ...[...mounts.flatMap(({ file, over }) => [file, over]), '--'],
      ],
      { ...env, CLUSTER_NETNS: netnsOf(host), PORTOLAN_DATABASE: join(folder, 'portolan.db') },
    )
  let program = await start()
  const call = async <Document>(path: string, body?: unknown) => {
    const [, url = ''] = program.said
    return ask<Document>(program, host, `${url}/v1${path}`, body)
  }
  return {
    async ask(body) {
      const { status, document: job } = await call<JobDocument>('/jobs?wait=20', body)
      assert.deepEqual({ status, job: job.status }, { status: 200, job: 'finished' })
      return job
    },
    async refused(body) {
      const [, url = ''] = program.said
      const { status, document } = await put<{ code: string }>(host, `${url}/v1/jobs?wait=20`, body)
      assert.ok(status >= 400, `accepted: ${JSON.stringify(document)}`)
      return { status, code: document.code }
    },
    async begin(body) {
      const { status, document: job } = await call<JobDocument>('/jobs', body)
      assert.equal(status, 202)
      return job.id
    },
    job: async (id, waitSeconds = 0) => (await call<JobDocument>(`/jobs/${id}?wait=${waitSeconds}`)).document,
    plan: async (body) => (await call<PlanDocument>('/plan', body)).document,
    async restart() {
      await program.stop()
      program = await start()
    },
    stop: () => program.stop(),
  }
}

/** @param within a command that runs what follows it. */
export const startPortolan = (within: readonly string[], env: Readonly<Record<string, string>>): Promise<Program> => {
  const [command = process.execPath, ...args] = [...within, process.execPath]
  return startProgram(command, [...args, '--import', GUARD, join(ROOT, 'dist/portolan.cjs'), 'serve'], LISTENING, {
    PATH: process.env.PATH,
    PORTOLAN_PORT: '0',
    ...env,
  })
}

const BUSY_MS = 500
const BUSY_AGAIN = 30

type Answer<Document> = { status: number; document: Document }

async function ask<Document>({ lines }: Program, host: string, url: string, body?: unknown): Promise<Answer<Document>> {
  let answer = await put<Document>(host, url, body)
  // It has more to do than it can, as on a busy machine when all clusters start: nothing was begun.
  for (let again = 0; answer.status === 503 && again < BUSY_AGAIN; again++) {
    await setTimeout(BUSY_MS)
    answer = await put<Document>(host, url, body)
  }
  assert.ok(answer.status < 400, `${JSON.stringify(answer.document)}\n${lines.slice(-2).join('\n')}`)
  return answer
}

/** The API listens on the loopback of its pod: who asks has to be there. */
async function put<Document>(host: string, url: string, body?: unknown): Promise<Answer<Document>> {
  const post = body === undefined ? [] : ['--data-binary', '@-', '--header', 'content-type: application/json']
  const said = await run(
    [
      ...nsenter(host),
      'curl',
      '--silent',
      '--show-error',
      '--write-out',
      '\n%{http_code} %{content_type}',
      ...post,
      url,
    ],
    body === undefined ? undefined : JSON.stringify(body),
  )
  const end = said.lastIndexOf('\n')
  const [status = '', type = ''] = said.slice(end + 1).split(' ')
  const response = new Response(said.slice(0, end), { status: Number(status), headers: { 'content-type': type } })
  assert.deepEqual(await mismatches(body === undefined ? 'GET' : 'POST', url, response), [])
  return { status: response.status, document: (await response.json()) as Document }
}
