/** `portolan serve`. It is built as a file of its own, which the program loads. */
import { ConfigError, type NameOf } from '../config.ts'
import { readConfig } from './config.ts'
import { keepHeapsSmall } from './heaps.ts'
import { startPortolan } from './server.ts'
import { StartError } from './start-error.ts'

/** 1 would say that a target fails. */
const FAILED = 2

/**
 * Serves until SIGTERM or SIGINT, which end the process. So does what keeps it from starting, in one line.
 *
 * @param nameOf says where a setting has been set, if not by its name in the environment.
 */
export async function serve(env: Readonly<Record<string, string | undefined>>, nameOf?: NameOf): Promise<void> {
  try {
    await start(env, nameOf)
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StartError)) {
      throw error
    }
    process.stderr.write(`${error.message}\n`)
    process.exit(FAILED)
  }
}

async function start(env: Readonly<Record<string, string | undefined>>, nameOf?: NameOf): Promise<void> {
  keepHeapsSmall()
  const starting = startPortolan(readConfig(env, nameOf))
  const stop = (): void => {
    process.removeListener('SIGTERM', stop)
    process.removeListener('SIGINT', stop)
    starting
      .then((portolan) => portolan.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error)
          process.exit(FAILED)
        },
      )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // After the handlers: a signal that comes as soon as we listen drains, too.
  await starting
}
