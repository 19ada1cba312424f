/** Asks each address in the arguments, and prints how it ended: run in a network namespace of its own. */
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import { httpTo } from '../network/requests.ts'

const network = createNodeNetwork()
const seen: [string, string | undefined][] = []
for (const address of process.argv.slice(2)) {
  const { failure } = await network.http(httpTo({ address, port: 9 }, { timeoutMs: 300 }))
  seen.push([address, failure?.source === 'internal' ? `beyond: ${failure.code}` : failure?.code])
}
process.stdout.write(JSON.stringify(Object.fromEntries(seen)))
