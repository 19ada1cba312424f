import { type Command, Option } from 'commander'
import { addSettingOptions } from './setting-options.ts'

/** For commands that look at a cluster, from here or by a server, and dial no target. */
export const addReadOptions = (command: Command): Command =>
  addSettingOptions(command.optionsGroup('Where it is checked from:'), ['client', 'local']).addOption(
    new Option('--server-timeout <duration>', 'how long a server may take to answer').default('30s'),
  )
