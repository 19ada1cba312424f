import { ConfigError } from '../config.ts'
import { readConfig } from './config.ts'
import { StartError, startPortolan } from './server.ts'

try {
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
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(2)
}
