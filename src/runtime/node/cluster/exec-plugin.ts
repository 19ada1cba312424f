import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { codeOf } from '../../../check/failure.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { ExecPlugin } from './kubeconfig-exec.ts'

const OUTPUT_MAX_BYTES = 1024 * 1024
/** Milliseconds for which its output is waited for after it has ended: a child of it may keep that open. */
const AFTER_EXIT_MS = 1_000
const HINT_MAX = 400

type Limits = { clock: Clock; limitMs: number; signal: AbortSignal }

/**
 * Runs a plugin and gives what it writes to its standard output. It gets no terminal, and no setting of Portolan's.
 *
 * @throws Error whose message goes on after the name of the plugin, and shows nothing of what the plugin wrote.
 */
export function runPlugin(plugin: ExecPlugin, { clock, limitMs, signal }: Limits): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Error('was not run: the client was closed'))
      return
    }
    let child: ChildProcessByStdio<null, Readable, null>
    try {
      child = spawn(plugin.command, plugin.args, {
        env: environmentOf(plugin),
        stdio: ['ignore', 'pipe', 'ignore'],
        // The leader of a group, so that its children can be ended with it
        detached: true,
      })
    } catch (error) {
      // Some failures are thrown, and their message repeats the argument
      reject(new Error(whyNotStarted(error, plugin)))
      return
    }
    const done = new AbortController()
    const chunks: Buffer[] = []
    let bytes = 0
    const settle = (act: () => void): void => {
      if (!done.signal.aborted) {
        done.abort()
        signal.removeEventListener('abort', onClose)
        child.stdout.destroy()
        act()
      }
    }
    const end = (why: string): void =>
      settle(() => {
        endGroup(child)
        reject(new Error(why))
      })
    const onClose = () => end('was ended: the client was closed')
    const finish = (code: number | null, killedBy: string | null): void =>
      settle(() => {
        if (code === 0) {
          resolve(Buffer.concat(chunks).toString('utf8'))
        } else {
          const how = code === null ? `was ended by ${killedBy}` : `ended with code ${code}`
          reject(new Error(`${how}: run it by hand, with the arguments and variables of the kubeconfig, to see why`))
        }
      })
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > OUTPUT_MAX_BYTES) {
        end('wrote more than 1 MiB, and was ended')
      }
    })
    child.on('error', (error) => settle(() => reject(new Error(whyNotStarted(error, plugin)))))
    child.on('close', finish)
    child.on('exit', (code, killedBy) => {
      clock.sleep(AFTER_EXIT_MS, done.signal).then(() => finish(code, killedBy), undefined)
    })
    clock
      .sleep(limitMs, done.signal)
      .then(() => end(`has not ended within ${limitMs / 1000} s, and was ended: does it wait for somebody to log in?`))
      .catch(() => undefined)
    signal.addEventListener('abort', onClose)
  })
}

/** Portolan's own settings hold secrets that are none of a plugin's business. */
function environmentOf({ env, info }: ExecPlugin): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PORTOLAN_'))
  return { ...Object.fromEntries(own), ...env, KUBERNETES_EXEC_INFO: info }
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) {
      process.kill(-pid, 'SIGKILL')
    }
  } catch {
    // It has ended by itself meanwhile
  }
}

function whyNotStarted(error: unknown, { installHint }: ExecPlugin): string {
  const code = codeOf(error)
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'is not there: install it, or name its whole path',
    EACCES: 'may not be run by this user',
    ENOTDIR: 'is not there: a part of its path is no folder',
    ENOEXEC: 'is no program for this machine',
    E2BIG: 'is given more arguments and variables than the system takes',
    ERR_INVALID_ARG_VALUE: 'is given an argument or a variable with a NUL in it',
  }
  const hint = installHint === null ? '' : `; ${installHint.replace(/\s+/g, ' ').trim().slice(0, HINT_MAX)}`
  return `${reasons[code] ?? 'cannot be started'} (${code})${hint}`
}
