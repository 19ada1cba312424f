import { InvalidArgumentError } from 'commander'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'

type Options = { keep?: boolean; port: number; oneAddress?: boolean }

export const demoCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('demo')
    .summary('Show it at work on this machine, with no cluster: red, then green.')
    .description(
      'Starts a Service (three pods, two nodes, a load balancer, an Ingress controller, a DNS server) on loopback ' +
        'addresses, with one path broken on purpose, and asks which of its paths work; then mends it, and asks again. ' +
        'No cluster, no root; nothing leaves this machine, and nothing is left on it.',
    )
    .option('--keep', 'leave everything running until Ctrl-C, broken again, with the API to ask yourself')
    .option('--port <number>', 'where the API listens with --keep; 0: a free port', port, 0)
    .option('--one-address', 'use 127.0.0.1 alone, a port for each part, as where there is no other (macOS)')
    .action(async ({ keep = false, port: at, oneAddress = false }: Options) => {
      const { demo } = await import('../demo/demo.ts')
      ended(await demo(io, { keep, port: at, oneAddress }))
    })
  withExamples(command, [
    ['portolan demo', 'red, then green; ends with 0'],
    ['portolan demo --keep --port 8080', 'and open http://127.0.0.1:8080/docs'],
  ])
}

function port(value: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || number > 65_535) {
    throw new InvalidArgumentError('It is a whole number from 0 to 65535.')
  }
  return number
}
