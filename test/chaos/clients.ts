/** Clients that post, read, repeat and cancel, one request after the other, and note what they were told. */

import type { JobDocument } from '../../src/report/job-document.ts'
import type { Random } from '../support/api-server/random.ts'
import { draw, type Operation, type Targets } from './operations.ts'
import type { Killable } from './server.ts'

export type Answer = { status: number; body: Record<string, unknown> }

/** `null`: the server has ended before it had answered. */
export async function ask(url: string, path: string, init: RequestInit = {}): Promise<Answer | null> {
  try {
    const response = await fetch(url + path, init)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  } catch {
    return null
  }
}

/** Sends an operation, for the first time or again. */
export const send = (url: string, { path, body, key }: Operation): Promise<Answer | null> =>
  ask(url, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== null && { 'idempotency-key': key }) },
    body,
  })

/** What an answer to {@link send} tells of what was made. @returns what is wrong with it */
export function note(operation: Operation, answer: Answer | null): string[] {
  if (answer === null) {
    return []
  }
  const { status, body } = answer
  if (status === 503) {
    operation.answer = operation.answer === 'acknowledged' ? 'acknowledged' : 'refused'
    return []
  }
  const { id } = body
  if ((status !== 200 && status !== 202) || typeof id !== 'string') {
    return [`${operation.name}: answered ${status} ${JSON.stringify(body).slice(0, 300)}`]
  }
  if (operation.id !== null && operation.id !== id) {
    return [`${operation.name}: the key ${operation.key} made ${operation.id} and then ${id}: doubled`]
  }
  operation.id = id
  operation.answer = 'acknowledged'
  return []
}

/** Notes the results that a job shows. @returns those that were shown before and are not there, or are others. */
export function noteResults(operation: Operation, document: JobDocument): string[] {
  const shown = new Map(document.paths.flatMap(({ results }) => results.map(({ id, outcome }) => [id, outcome])))
  const wrong = [...operation.seen].filter(([id, outcome]) => shown.get(id) !== outcome)
  operation.seen = shown
  return wrong.map(([id, outcome]) => `${operation.name}: result ${id} was ${outcome} and is ${shown.get(id)}: lost`)
}

export type Client = { operations: Operation[]; wrong: string[] }

/** Is told each time that a client has been answered, or cut off. */
export type Asked = () => void

/** Goes on until `stop` is aborted. */
export async function runClient(
  name: string,
  server: Killable,
  targets: Targets,
  random: Random,
  stop: AbortSignal,
  asked: Asked,
): Promise<Client> {
  const client: Client = { operations: [], wrong: [] }
  const stopped = new Promise<null>((resolve) => stop.addEventListener('abort', () => resolve(null)))
  for (let number = 0; !stop.aborted; number++) {
    const url = await Promise.race([server.up(), stopped])
    if (url === null) {
      break
    }
    await act(client, `${name}-${number}`, url, targets, random)
    asked()
  }
  return client
}

async function act(client: Client, name: string, url: string, targets: Targets, random: Random): Promise<void> {
  const { operations, wrong } = client
  const known = operations.filter(({ answer }) => answer === 'acknowledged')
  const keyed = operations.filter(({ key }) => key !== null)
  const what = random.below(10)
  if (what === 0 && known.length > 0) {
    const operation = random.of(known.slice(-3))
    const document = await ask(url, operation.read + operation.id)
    if (document !== null && document.status === 200 && operation.read === '/v1/jobs/') {
      wrong.push(...noteResults(operation, document.body as unknown as JobDocument))
    }
    return
  }
  if (what === 1 && known.length > 0) {
    const operation = random.of(known.slice(-3))
    operation.cancel = operation.cancel === 'no' ? 'asked' : operation.cancel
    const answer = await ask(url, `${operation.read + operation.id}/cancel`, { method: 'POST' })
    operation.cancel = answer?.status === 200 ? 'acknowledged' : operation.cancel
    return
  }
  if (what === 2 && keyed.length > 0) {
    const operation = random.of(keyed)
    wrong.push(...note(operation, await send(url, operation)))
    return
  }
  const operation = draw(name, random, targets)
  operations.push(operation)
  wrong.push(...note(operation, await send(url, operation)))
}
