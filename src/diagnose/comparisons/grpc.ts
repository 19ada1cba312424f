/** What a gRPC server says of itself. */
import { logsOf } from '../commands.ts'
import { everyOne } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { allFail, failing, farEnds, idsOf, type SeenPath, triesOf } from '../seen.ts'

const isNotServing = ({ code }: SeenPath): boolean => code === 'not_serving'

/** Every pod that is asked answers its health check with another status than SERVING (grpc.health.v1). */
export const grpcNotServing: Rule = {
  code: 'grpc_not_serving',
  layer: 'application',
  warnings: ['pods'],
  after: ({ ports }, target) =>
    ports.flatMap((port) => {
      const direct = farEnds(port)
      if (!allFail(direct, isNotServing)) {
        return []
      }
      return [
        {
          confidence: 'likely' as const,
          title: `The application says on port ${port.number} that it does not serve`,
          detail: `By ${everyOne(direct.length, 'direct way')} its gRPC health service answers, and not SERVING: the network is fine, and the application waits for something, or is shutting down.`,
          fix: 'Read the log of the application. If another of its services is the one that counts, name that in the check (service).',
          confirm: logsOf(direct, target),
          evidence: triesOf(direct),
          explains: idsOf(failing(port.dialled).filter(isNotServing)),
        },
      ]
    }),
}
