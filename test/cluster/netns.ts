/**
 * Commands and programs in network namespaces. All of it happens inside the namespaces that `enter.sh` stands in.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'

/** @throws Error where this process has any interface but loopback: the cluster is built only where nothing can leave. */
export function assertCutOff(): void {
  const others = Object.entries(networkInterfaces()).filter(([, addresses]) =>
    addresses?.some(({ internal }) => !internal),
  )
  if (others.length > 0) {
    const names = others.map(([name]) => name).join(', ')
    throw new Error(
      `this network namespace has ${names}: start the suite with npm run test:cluster, which makes its own`,
    )
  }
}

export const nsenter = (host: string): readonly string[] => ['nsenter', `--net=/run/netns/${host}`]

/** As `/proc/PID/ns/net` names it. */
export const netnsOf = (host: string): string => `net:[${statSync(`/run/netns/${host}`).ino}]`

/** Runs a command to its end. @returns its stdout. @throws Error with its stderr where it fails. */
export function run(command: readonly string[], input?: string): Promise<string> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout)
      } else {
        reject(new Error(`${command.join(' ')}: ${stderr || error.message}\n${input ?? ''}`))
      }
    })
    child.stdin?.end(input)
  })
}

/** Lines for ip(8); the first that fails ends it. A line that names no address is about `family`. */
export const ip = (host: string | null, lines: readonly string[], family: 'IPv4' | 'IPv6' = 'IPv4'): Promise<string> =>
  run(
    ['ip', ...(family === 'IPv6' ? ['-6'] : []), ...(host === null ? [] : ['-n', host]), '-batch', '-'],
    `${lines.join('\n')}\n`,
  )

export const nft = (host: string, rules: string): Promise<string> => run([...nsenter(host), 'nft', '-f', '-'], rules)

export const sysctl = (host: string, values: Readonly<Record<string, number>>): Promise<string> =>
  run([...nsenter(host), 'sysctl', '-qw', ...Object.entries(values).map(([name, value]) => `${name}=${value}`)])
