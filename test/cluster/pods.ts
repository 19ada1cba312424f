import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { nsenter } from './netns.ts'
import type { Mode, PodSpec } from './pod.ts'

export type RunningPod = {
  /** Resolves when it is in force. */
  be(mode: Mode): Promise<void>
  stop(): Promise<void>
}

/** Starts `pod.ts` in a network namespace; resolves when it listens. */
export async function startPod(host: string, spec: PodSpec): Promise<RunningPod> {
  const [command = '', ...args] = [
    ...nsenter(host),
    process.execPath,
    join(import.meta.dirname, 'pod.ts'),
    host,
    JSON.stringify(spec),
  ]
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await done(child, host)
  return {
    async be(mode) {
      child.send(mode)
      await done(child, host)
    },
    async stop() {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

/** The next word of the pod's. @throws Error where it ends instead. */
function done(child: ChildProcess, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = () => {
      child.off('exit', onExit)
      resolve()
    }
    const onExit = (code: number | null) => {
      child.off('message', onMessage)
      reject(new Error(`pod ${host} ended with ${code}`))
    }
    child.once('message', onMessage)
    child.once('exit', onExit)
  })
}
