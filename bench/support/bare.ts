/**
 * Makes tries that are nothing but the exchange: their cost is the yardstick of `bench/probe.ts`.
 *
 * @module
 */
import { connect } from 'node:net'
import { Client } from 'undici'
import { HOST } from './target.ts'

/** Something that makes so many tries, so many at once. */
export type Contender = { name: string; run(tries: number, atOnce: number): Promise<void> }
/** Runs `one` so often, so many at once. */
export async function pool(tries: number, atOnce: number, one: () => Promise<unknown>): Promise<void> {
  let left = tries
  const work = async () => {
    while (left-- > 0) {
      await one()
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, tries) }, work))
}

function dispatch(client: Client, resolve: () => void, reject: (error: Error) => void): void {
  const chunks: Buffer[] = []
  client.dispatch(
    { path: '/', method: 'GET', reset: true },
    {
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: (_controller, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve(),
      onResponseError: (_controller, error) => reject(error),
    },
  )
}

export const bareUndici = (port: number): Contender => ({
  name: 'bare undici (Client.dispatch)',
  run: (tries, atOnce) =>
    pool(
      tries,
      atOnce,
      () =>
        new Promise<void>((resolve, reject) => {
          const client = new Client(`http://${HOST}:${port}`)
          dispatch(client, resolve, reject)
        }),
    ),
})

/** As above, each client used again for the next connection. */
export const keptUndici = (port: number): Contender => {
  const idle: Client[] = []
  return {
    name: 'bare undici, clients kept',
    run: (tries, atOnce) =>
      pool(
        tries,
        atOnce,
        () =>
          new Promise<void>((resolve, reject) => {
            const client = idle.pop() ?? new Client(`http://${HOST}:${port}`)
            dispatch(client, resolve, reject)
            client.once('disconnect', () => idle.push(client))
          }),
      ),
  }
}

export const bareSocket = (port: number): Contender => ({
  name: 'bare socket (connect, destroy)',
  run: (tries, atOnce) =>
    pool(
      tries,
      atOnce,
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect({ port, host: HOST, autoSelectFamily: false })
          socket.on('error', reject)
          socket.once('connect', () => {
            socket.destroy()
            resolve()
          })
        }),
    ),
})
