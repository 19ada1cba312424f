import { nearMiss } from '../../lib/near.ts'
import { ConfigError, SETTING_NAMES } from '../config.ts'
import { VERSION } from '../version.ts'
import { readConfig } from './config.ts'
import { FlagError, type FlagSpec, readFlags } from './flags.ts'
import { keepHeapsSmall } from './heaps.ts'
import { HELP } from './help.ts'
import { startPortolan } from './server.ts'
import { StartError } from './start-error.ts'

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies FlagSpec

const SETTINGS_BY_OPTION = new Map(
  SETTING_NAMES.map((name) => [name.slice('PORTOLAN_'.length).toLowerCase().replaceAll('_', '-'), name]),
)

/** Settings are no options: whoever writes `--port 9090`, or nearly, is told which variable it is. */
function settingFor(option: string, value: string): string | null {
  const near = nearMiss(option, [...Object.keys(OPTIONS), ...SETTINGS_BY_OPTION.keys()])
  const setting = near === null ? undefined : SETTINGS_BY_OPTION.get(near)
  return setting === undefined ? null : `; settings are environment variables: ${setting}=${value} npm start.`
}

try {
  const flags = readFlags(OPTIONS, process.argv.slice(2), 'npm start -- --help', settingFor)
  if (flags.help) {
    process.stdout.write(HELP)
  } else if (flags.version) {
    process.stdout.write(`${VERSION}\n`)
  } else {
    await serve()
  }
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StartError || error instanceof FlagError)) {
    throw error
  }
  process.stderr.write(`${error.message}\n`)
  process.exit(2)
}

async function serve(): Promise<void> {
  keepHeapsSmall()
  const starting = startPortolan(readConfig(process.env))
  const stop = (): void => {
    process.removeListener('SIGTERM', stop)
    process.removeListener('SIGINT', stop)
    starting
      .then((portolan) => portolan.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error)
          process.exit(1)
        },
      )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // After the handlers: a signal that comes as soon as we listen drains, too.
  await starting
}
