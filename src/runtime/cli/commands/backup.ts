import type { Command } from 'commander'
import type { Layered } from '../../setting-layers.ts'
import { loadBeside } from '../beside.ts'
import type { AddCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { withExamples } from '../help-text.ts'
import type { Io } from '../io.ts'
import type { SettingFlags } from '../settings.ts'

const load = (command: string): Promise<typeof import('../../node/backup-commands.ts')> =>
  loadBeside(command, '../node/backup-commands.ts', './backup.js')

type Flags = SettingFlags & { database?: string }

/** As for the server whose database it is. */
async function settingsOf(io: Io, flags: Flags): Promise<{ env: Layered['env']; nameOf: Layered['nameOf'] }> {
  const { readLayers } = await import('../settings.ts')
  return (await readLayers(io, flags)).layers
}

const addDatabaseOptions = (command: Command): Command =>
  command
    .option('--database <file>', 'the SQLite file (PORTOLAN_DATABASE)')
    .option('--config <file>', 'settings of the server, where neither a flag nor the environment says them')

/** Prints why it could not be done, and gives the exit code. */
function endedBy(io: Io, refusal: string | null): number {
  if (refusal === null) {
    return EXIT.pass
  }
  io.stderr.write(`${refusal}\n`)
  return EXIT.noVerdict
}

export const backupCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('backup')
    .summary("Copy a server's database, while it runs.")
    .description(
      'Copies the database of a server into a file, and checks that the copy is whole. The server may run, and write, ' +
        'meanwhile. The keys that encrypt secrets of checks are not in the copy: keep the file PORTOLAN_DATABASE.key, ' +
        'or the values of PORTOLAN_SECRET_KEY or PORTOLAN_SECRET_KEYS, apart from the copies.',
    )
    .argument('<file>', 'the file to write, which must not exist; - writes to standard output')
    .action(async (file: string, flags: Flags) => {
      const { copyOut } = await load('portolan backup')
      ended(endedBy(io, await copyOut(file, await settingsOf(io, flags))))
    })
  addDatabaseOptions(command)
  withExamples(command, [
    ['portolan backup --database data/portolan.db copy.db', 'copies it beside the server'],
    [
      'kubectl exec deploy/portolan -- /usr/bin/node /app/dist/portolan.cjs backup - >copy.db',
      'copies it out of a pod',
    ],
  ])
}

export const restoreCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('restore')
    .summary('Put a copy of the database in its place.')
    .description(
      'Replaces the database of a server with a copy that "portolan backup" has made. No server may have the database ' +
        'open. A copy that is damaged, or from a newer release, is refused, and nothing is changed.',
    )
    .argument('<file>', 'the copy; - reads standard input')
    .option('--replace', 'replace a database that is there; it is kept beside the new one')
    .action(async (file: string, { replace = false, ...flags }: Flags & { replace?: boolean }) => {
      const { putBack } = await load('portolan restore')
      ended(endedBy(io, await putBack(file, { replace, ...(await settingsOf(io, flags)) })))
    })
  addDatabaseOptions(command)
  withExamples(command, [
    ['portolan restore copy.db', 'where no database is yet'],
    ['portolan restore --replace - <copy.db', 'replaces the one that is there'],
  ])
}
