import type { Command } from 'commander'
import { SETTING_NAMES } from '../setting-shapes.ts'
import { type Reader, SETTINGS } from '../settings.ts'

/** Gives the value and the meaning of each flag for the help, in fewer words than the table of settings has. */
const FLAGS: Readonly<Record<string, readonly [value: string, text: string]>> = {
  '--host': [' <address>', 'where the API listens'],
  '--port': [' <number>', 'on which port; 0 picks a free one'],
  '--database': [' <file>', 'the SQLite file, which is made if it is not there'],
  '--vantage': [' <position>', 'where the prober stands: in-cluster or outside'],
  '--cluster-domain': [' <name>', "the cluster's DNS domain, like cluster.local"],
  '--dns-servers': [' <addresses>', 'DNS servers to ask, like 10.96.0.10, separated by commas'],
  '--kubeconfig': [' <file>', 'the kubeconfig of the cluster that is read'],
  '--context': [' <name>', 'which context of the kubeconfig'],
  '--egress-allow': [' <ranges>', 'CIDRs that may be dialled although they are denied by default'],
  '--egress-deny': [' <ranges>', 'CIDRs that are never dialled'],
  '--server': [' <url>', 'the Portolan to ask, like https://portolan.example'],
  '--token-file': [' <file>', 'a file that holds the token for that server, read at each start'],
  '--insecure-http': ['', 'send the token over http as well, where anyone on the network can read it'],
}

/**
 * Adds the flags of the settings that a command reads, and `--config`. What commander makes of them is what
 * `readClientSettings` takes.
 */
export function addSettingOptions(command: Command, readers: readonly Reader[]): Command {
  for (const name of SETTING_NAMES) {
    const { flag, readBy } = SETTINGS[name]
    if (flag === undefined || !readers.some((reader) => readBy.includes(reader))) {
      continue
    }
    const words = FLAGS[flag]
    if (words === undefined) {
      throw new Error(`no words say what ${flag} is for`)
    }
    command.option(`${flag}${words[0]}`, `${words[1]} (${name})`)
  }
  return command.option('--config <file>', 'a file of settings, for those that neither a flag nor the environment sets')
}

/** For commands that read what is expected of Services from the working folder. */
export const addProjectOption = (command: Command): Command =>
  command.option('--no-project-file', 'do not read checks and schedules from portolan.yaml in this folder')
