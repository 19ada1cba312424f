/**
 * Pods that ask Portolan, run here as the node of its image would run them.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { expect } from 'vitest'
import type { KubeObject } from './api-server.ts'
import { toadService } from './toad.ts'

export type Ran = { code: unknown; stdout: string }

/** Runs a program to its end, with these variables beside those that are there. */
export const runWith = (program: string, args: readonly string[], env: Record<string, string>): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(program, args, { env: { ...process.env, ...env } }, (error, stdout) =>
      resolve({ code: error === null ? 0 : error.code, stdout }),
    )
  })

// biome-ignore lint/suspicious/noExplicitAny: the shape of a pod, which the schemas hold
export type PodSpec = any

/** Runs the one container of a pod, with the address and a token of the server that it is to ask. */
export async function runPod({ containers: [container] }: PodSpec, url: string, token: string): Promise<Ran> {
  const [program, ...options] = container.command
  expect(program).toBe('/usr/bin/node')
  const given: { name: string; value?: string }[] = container.env
  const env = Object.fromEntries(given.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])))
  const ASK = env.ASK?.replace('http://portolan.portolan:8080', url) ?? ''
  return runWith(process.execPath, [...options, ...container.args], { ...env, ASK, TOKEN: token })
}

/** A Service that is reached from outside, so that nothing is asked of this machine's DNS. */
export const serviceFromOutside = (namespace: string, name: string, port: number) =>
  ({
    ...toadService(port, { type: 'LoadBalancer' }),
    metadata: { name, namespace },
    status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
  }) as unknown as KubeObject
