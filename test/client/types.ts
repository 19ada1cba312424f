/**
 * What must compile, and what must not, for whoever uses `portolan/client`: `npm run types` compiles this file, and
 * nothing runs it.
 */
import type { Client, Job, JobRequest, Plan, Schedule } from '../../src/client/index.ts'

declare const client: Client
declare const service: string
declare const namespace: string

/** The calls of the README, as they stand. */
export async function simplest(): Promise<string | undefined> {
  const job = await client.createJob({ target: { service, namespace } })
  return job.paths[0]?.results[0]?.failure?.code
}

export async function requests(): Promise<void> {
  await client.createJob({ target: { service, namespace } }, { wait: 60 })
  await client.createJob('kind: Service', { wait: 60, samples: 3, history: false, label: ['commit=4f2a91c'] })
  await client.createJob(null, { service, namespace, failStatus: 424, idempotencyKey: 'build-7' })
  await client.createJob({ target: { service }, checks: [{ type: 'http', name: 'home', path: '/healthz' }] })
  await client.createJob({ target: { service }, expect: { unreachable: ['NodePort', { kind: 'Ingress' }] } })
  await client.createSchedule({ name: 'toad', cron: '@hourly', job: { target: { service, namespace } } })
  await client.changeSchedule('sch_1', { enabled: false }, { ifMatch: '"1"' })
  await client.createBatch({ target: { allNamespaces: true } })
  await client.explainEgress({ address: '10.0.0.1' })
  await client.getService(namespace, service, { window: '7d' })

  const checks = [{ type: 'tcp', name: 'smtp', queryResponse: [{ expect: '^220' }] }] as const
  const set: string | undefined = [namespace][0]
  await client.createJob(
    { target: { service, namespace: set }, checks, labels: { team: 'shop' } },
    { signal: undefined },
  )

  // @ts-expect-error there is no such option
  await client.createJob({ target: { service } }, { waits: 60 })
  // @ts-expect-error requests are closed
  await client.createJob({ target: { service }, cheks: [] })
  // @ts-expect-error what is needed cannot be undefined
  await client.createJob({ target: { service }, checks: [{ type: 'http', name: undefined }] })
  // @ts-expect-error there is no such kind of check
  await client.createJob({ target: { service }, checks: [{ type: 'icmp', name: 'ping' }] })
  // @ts-expect-error a job needs a target
  await client.createJob({})
  // @ts-expect-error a schedule is no text
  await client.createSchedule('cron: daily')
  // @ts-expect-error an address has to be asked about
  await client.explainEgress()
  // @ts-expect-error reading takes no key
  await client.getJob('job_1', { idempotencyKey: 'x' })
  // @ts-expect-error a list has no formats
  await client.listJobs({ format: 'csv' })
  // @ts-expect-error a plan is no CSV
  await client.createPlan('kind: Service', { format: 'csv' })
  // @ts-expect-error the Service needs its name
  await client.getService(namespace)
  // @ts-expect-error there is no such operation
  await client.createJobs({ target: { service } })
}

export async function answers(): Promise<void> {
  const job: Job = await client.getJob('job_1')
  const junit: string = await client.getJobReport('job_1', { format: 'junit' })
  const json: Job = await client.getJobReport('job_1', { format: 'json' })
  const either: Job | string = await client.getJobReport('job_1', { format: job.verdict === null ? 'json' : 'text' })
  const sarif: string = await client.createPlan('kind: Service', { format: 'sarif' })
  const plan: Plan = await client.createPlan('kind: Service')
  const schedule: Schedule = await client.getSchedule('sch_1')
  const samples: number | undefined = schedule.job?.samples
  const gone: undefined = await client.deleteSchedule('sch_1', { ifMatch: '"1"' })
  const metrics: string = await client.getMetrics()
  const { data, response } = await client.withResponse.getSchedule('sch_1')
  const etag: string | null = response.headers.get('etag')
  for await (const head of client.eachJob({ verdict: 'fail' })) {
    const id: string = head.id
    // @ts-expect-error a list has heads, without the paths
    void [id, head.paths]
  }
  for await (const { event, data: told } of client.jobEvents('job_1')) {
    void [event, told]
  }
  const ended: Job = await client.waitForJob('job_1', { timeoutMs: 60_000, onProgress: ({ summary }) => void summary })

  // @ts-expect-error a text is no document
  void junit.paths
  // @ts-expect-error this may be a text
  void either.paths
  // @ts-expect-error not every path has a result
  void job.paths[0].results
  void [json, sarif, plan, samples, gone, metrics, data.name, etag, ended]
}

/** What a job is asked for may be put together elsewhere. */
export const request: JobRequest = { target: { service: 'toad' } }
