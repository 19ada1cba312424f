import { InvalidArgumentError } from 'commander'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'

type Options = { keep?: boolean; port: number; oneAddress?: boolean }

export const demoCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('demo')
    .summary('Show Portolan at work on this machine, with no cluster: red, then green.')
    .description(
      'Starts a Service (three pods, two nodes, a load balancer, an Ingress controller, a DNS server) on loopback ' +
        'addresses, with one path broken on purpose, and checks its paths; then mends it, and checks again. It needs no ' +
        'cluster and no root; nothing leaves this machine, and nothing is left on it.',
    )
    .option('--keep', 'leave everything running until Ctrl-C, broken again, with the API to ask yourself')
    .option('--port <number>', 'where the API listens with --keep; 0: a free port', port, 0)
    .option('--one-address', 'use only 127.0.0.1, with a port for each part, as on macOS')
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
