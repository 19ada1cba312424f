import type { Command } from 'commander'
import { several } from './options.ts'

/** Which paths, and how each is tried. */
export const addTryOptions = (command: Command): Command =>
  command
    .optionsGroup('What is tried:')
    .option('--samples <count>', 'try each path so many times')
    .option('--retries <count>', 'try again so many times what fails')
    .option('--timeout <duration>', 'of one try (default: 5s)')
    .option('--checks <file>', 'checks of your own, YAML or JSON, as the API has them')
    .option('--include <paths>', 'only these: ClusterIP,NodePort,node=node-1; may be repeated', several)
    .option('--exclude <paths>', 'not these', several)
    .option('--expect-unreachable <paths>', 'these must not be reachable', several)
    .option('--expect-reachable <paths>', 'of these at least one of each must be reachable', several)
    .option('--same-responder', 'every path must lead to the application that the endpoints have')
