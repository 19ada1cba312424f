/**
 * The words that `check`, `watch`, `compare` and `plan` share.
 *
 * @module
 */
import type { Command } from 'commander'
import { addProjectOption, addSettingOptions } from '../setting-options.ts'
import type { SettingFlags } from '../settings.ts'

/** Options that say whether a server is asked or this process, and what it may do. */
export type AskOptions = Omit<SettingFlags, 'server'> & {
  server?: string
  local?: boolean
  serverTimeout?: string
  strictEgress?: boolean
}

/** Options that say where the objects come from. */
export type SourceOptions = AskOptions & {
  filename?: string[]
  recursive?: boolean
  namespace?: string
  cluster?: string
  nodes?: string[]
  loadBalancer?: string[]
  ingressController?: string[]
  controllerPorts?: string
}

export const several = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text]

/** Adds the options that say which objects, to be followed by those about several Services. */
export const addSourceOptions = (command: Command): Command =>
  command
    .optionsGroup('The Service, and where its objects are:')
    .option(
      '-f, --filename <file>',
      'manifests instead of a live cluster: a file, a folder, a pattern, or - for standard input; may be repeated',
      several,
    )
    .option('-R, --recursive', 'read folders of -f with their subfolders')
    .option('-n, --namespace <namespace>', 'the namespace (default: that of the context, or of the manifests)')
    .option('--cluster <name>', 'one of the known clusters, by its name')

/** Adds the options that say whether a server is asked or this process, and how. */
export function addAskOptions(command: Command): Command {
  command
    .optionsGroup('Where it is checked from:')
    .option('--local', 'from here, whatever PORTOLAN_SERVER says')
    .option('--strict-egress', "never dial this machine's own addresses (for CI)")
    .option('--server-timeout <duration>', 'how long the server may take to answer (default: 30s)')
  addSettingOptions(command, ['client', 'local'])
  addProjectOption(command)
  return command
    .optionsGroup('Addresses that the objects do not name:')
    .option('--nodes <addresses>', 'addresses of nodes', several)
    .option('--load-balancer <addresses>', 'addresses of the load balancer', several)
    .option('--ingress-controller <addresses>', 'addresses of the Ingress controller', several)
    .option('--controller-ports <ports>', 'ports of the Ingress controller (default: http=80,https=443)')
}
