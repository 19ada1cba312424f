import type { Command } from 'commander'
import { several } from './options.ts'

/** Adds the options that say which paths are tried, and how. */
export const addTryOptions = (command: Command): Command =>
  command
    .optionsGroup('What is tried:')
    .option('--samples <count>', 'how many times to try each path')
    .option('--retries <count>', 'how many times to try again what fails')
    .option('--timeout <duration>', 'of one try (default: 5s)')
    .option('--checks <file>', 'checks of your own, YAML or JSON, as the API has them')
    .option('--include <paths>', 'only these: ClusterIP,NodePort,node=node-1; may be repeated', several)
    .option('--exclude <paths>', 'not these', several)
    .option('--expect-unreachable <paths>', 'these must not be reachable', several)
    .option('--expect-reachable <paths>', 'at least one path of each of these must be reachable', several)
    .option('--same-responder', 'every path must lead to the application behind the endpoints')
