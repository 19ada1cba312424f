import { Option } from 'commander'
import { SCHEMAS, type SchemaName } from '../../schema-names.ts'
import type { AddCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { withExamples } from '../help-text.ts'
import type { Io } from '../io.ts'
import { type Output, outputOption } from '../output-option.ts'
import { addProjectOption, addSettingOptions } from '../setting-options.ts'
import type { SettingFlags } from '../settings.ts'
import { printJson } from '../table.ts'

type Options = SettingFlags & { all?: boolean; output: Output; schema?: SchemaName | true }

export const configCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('config')
    .description(
      'Show which settings are in force here, and where each comes from. Of secrets it shows only whether they are set.',
    )
    .option('--all', 'also those with their defaults')
    .addOption(outputOption())
    .addOption(
      new Option('--schema [file]', 'print the JSON Schema of the file of --config, or of a portolan.yaml (project)')
        .choices(SCHEMAS)
        .preset('settings'),
    )
  addSettingOptions(command, ['client', 'local', 'node'])
  addProjectOption(command)
  withExamples(command, [
    ['portolan config', 'what is set, and by what'],
    ['portolan config --config portolan-ci.yaml', 'with a file of settings'],
    ['portolan config --all -o json', 'everything, for a program'],
    ['portolan config --schema project', 'JSON Schema of a portolan.yaml'],
  ])
  command
    .addHelpText('after', '\nExit codes: 0 everything fits; 2 something does not, and stderr says where.')
    .action(async (options: Options) => ended(await config(io, options)))
}

async function config(io: Io, { schema, output, all = false, ...flags }: Options): Promise<number> {
  if (typeof schema === 'string') {
    const { schemaOf } = await import('../../settings-schema.ts')
    io.stdout.write(`${JSON.stringify(schemaOf(schema), null, 2)}\n`)
    return EXIT.pass
  }
  const [{ collectSettings }, { renderSettings }] = await Promise.all([
    import('../config/collect.ts'),
    import('../config/render.ts'),
  ])
  const collected = await collectSettings(io, flags)
  const shown = { ...collected, settings: collected.settings.filter(({ from }) => all || from.from !== 'default') }
  if (output === 'json') {
    printJson(io, shown)
  } else {
    io.stdout.write(renderSettings(collected, { all }))
  }
  for (const mistake of collected.mistakes) {
    io.stderr.write(`${mistake}\n`)
  }
  return collected.mistakes.length === 0 ? EXIT.pass : EXIT.noVerdict
}
