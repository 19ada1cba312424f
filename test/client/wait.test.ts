import { expect, it } from 'vitest'
import { type Job, PortolanProblem, PortolanUnreachable, PortolanWaitTimeout } from '../../src/client/index.ts'
import { json, refusal, refused, type Step, scriptedClient } from '../support/scripted-fetch.ts'

const job = (finishedAt: string | null, pass = 0) => ({ id: 'job_1', finishedAt, summary: { pass } })
const ENDED = job('2026-11-30T00:00:00.000Z', 2)
const running = () => json(job(null), 202, { 'retry-after': '1' })
const ended = () => json(ENDED)

/** The server holds the question for as long as it was asked to, and no longer than it wants to. */
const held =
  (answer: () => Response, mostSeconds = 300): Step =>
  async (request, clock) => {
    await clock.sleep(Math.min(waitOf(request), mostSeconds) * 1000)
    return answer()
  }
const waitOf = (request: Request): number => Number(new URL(request.url).searchParams.get('wait'))
const waits = ({ seen }: ReturnType<typeof scriptedClient>) => seen.map(({ request }) => waitOf(request))

it('a long wait is asked for again and again, at once', async () => {
  const script = scriptedClient([held(running), held(running), ended()])
  expect(await script.run(script.client.waitForJob('job_1'))).toEqual(ENDED)
  expect([script.sentAt(), waits(script)]).toEqual([
    [0, 25_000, 50_000],
    [25, 25, 25],
  ])
})

it('a server that holds no question is asked after growing pauses, and never before its Retry-After', async () => {
  const slow = () => json(job(null), 202, { 'retry-after': '7' })
  const script = scriptedClient([running(), running(), running(), running(), slow(), ended()])
  await script.run(script.client.waitForJob('job_1'))
  // 0.5 s is less than the second that it says.
  expect(script.sentAt()).toEqual([0, 1000, 2000, 4000, 8000, 16_000])
})

it.each<[string, string]>([
  ['an hour', '3600'],
  ['31 years', '999999999'],
  ['a day of the far future', 'Fri, 01 Jan 2100 00:00:00 GMT'],
])('a server that is not to be asked again for %s is asked after a minute', async (_, said) => {
  const headers = { 'retry-after': said }
  const script = scriptedClient([json(job(null), 202, headers), refusal(503, 'unavailable', headers), ended()])
  expect(await script.run(script.client.waitForJob('job_1'))).toEqual(ENDED)
  expect(script.sentAt()).toEqual([0, 60_000, 120_000])
})

it('ends when the time is up, with how it stood, and asks for no more than that', async () => {
  const script = scriptedClient([held(running), held(running), running(), running()])
  const error = await script.run(script.client.waitForJob('job_1', { timeoutMs: 40_500 }).catch((thrown) => thrown))
  expect(error).toBeInstanceOf(PortolanWaitTimeout)
  expect(error).toMatchObject({
    message: 'The job job_1 has not ended within 40.5 s; it goes on.',
    last: job(null),
  })
  expect([waits(script), script.clock.elapsedMs]).toEqual([[25, 15, 0, 0], 40_500])
})

it('tells how it stands after each answer, and asks more often for that', async () => {
  const script = scriptedClient([held(() => json(job(null, 1), 202)), held(running), ended()])
  const seen: number[] = []
  const onProgress = ({ summary }: Pick<Job, 'summary'>) => void seen.push(summary.pass)
  await script.run(script.client.waitForJob('job_1', { onProgress }))
  expect([seen, waits(script)]).toEqual([
    [1, 0, 2],
    [2, 2, 2],
  ])
})

it('outlives a server that starts again', async () => {
  const steps = [running(), ...Array.from({ length: 7 }, refused), refusal(503, 'unavailable'), ended()]
  const script = scriptedClient(steps)
  expect(await script.run(script.client.waitForJob('job_1'))).toEqual(ENDED)
  expect(script.left).toEqual([])
})

it.each<[string, Step[], unknown]>([
  ['of a server that is gone', Array.from({ length: 50 }, refused), PortolanUnreachable],
  ['of a job that is none', [refusal(404, 'not_found'), ended()], PortolanProblem],
])('throws the refusal %s', async (_, steps, thrown) => {
  const script = scriptedClient(steps)
  await expect(script.run(script.client.waitForJob('job_1'))).rejects.toBeInstanceOf(thrown)
  expect(script.clock.elapsedMs).toBeLessThan(60_000)
})

it('is ended by its signal while it pauses', async () => {
  const stop = new AbortController()
  const reason = new Error('enough')
  const script = scriptedClient([running(), running()])
  const onProgress = () => void Promise.resolve().then(() => stop.abort(reason))
  await expect(script.run(script.client.waitForJob('job_1', { signal: stop.signal, onProgress }))).rejects.toBe(reason)
  expect(script.seen).toHaveLength(1)
})

it('waits for batches and comparisons as for jobs', async () => {
  const script = scriptedClient([held(running), ended(), held(running), ended()])
  await script.run(script.client.waitForBatch('bat_1'))
  await script.run(script.client.waitForCompare('cmp_1'))
  expect(script.seen.map(({ request }) => new URL(request.url).pathname)).toEqual([
    ...['/base/v1/batches/bat_1', '/base/v1/batches/bat_1', '/base/v1/compares/cmp_1', '/base/v1/compares/cmp_1'],
  ])
})

it('ends when the time is up where nobody answers, or says when to ask again', async () => {
  const nobody: Step = () => new Promise<Response>(() => undefined)
  const late = () => refusal(503, 'unavailable', { 'retry-after': '20' })
  const end = async (steps: Step[]) => {
    const script = scriptedClient(steps)
    const error = await script.run(script.client.waitForJob('job_1', { timeoutMs: 2000 }).catch((thrown) => thrown))
    return [error, script.clock.elapsedMs] as const
  }
  const [unreachable, afterMs] = await end([nobody])
  expect(unreachable).toBeInstanceOf(PortolanUnreachable)
  expect([unreachable.reason, afterMs]).toEqual(['timeout', 7000])
  expect((await end([running(), nobody]))[0]).toMatchObject({ name: 'PortolanWaitTimeout', last: job(null) })
  expect((await end([late(), late(), late()]))[1]).toBe(7000)
})
