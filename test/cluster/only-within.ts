/**
 * Loaded before Portolan (`node --import`): ends the process unless it stands in the network namespace that it was
 * started for. Everywhere else, what it dials would leave the test cluster.
 *
 * @module
 */
import { readlinkSync } from 'node:fs'

const own = readlinkSync('/proc/self/ns/net')
if (own !== process.env.CLUSTER_NETNS) {
  process.stderr.write(
    `refusing to probe: this is ${own}, not ${process.env.CLUSTER_NETNS ?? 'a namespace of the test cluster'}\n`,
  )
  process.exit(70)
}
