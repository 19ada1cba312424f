/**
 * For commands about what a server keeps.
 *
 * @module
 */
import { type Command, Option } from 'commander'
import { type Client, createClient } from '../../client/index.ts'
import { VERSION } from '../version.ts'
import { openServer } from './asked.ts'
import { toldToUser } from './check/open.ts'
import { millisecondsOf } from './check/words.ts'
import type { Io } from './io.ts'
import { addSettingOptions } from './setting-options.ts'
import type { SettingFlags } from './settings.ts'

export type ServerOptions = SettingFlags & { serverTimeout: string }

/** Whom to ask, and with what. */
export const addServerOptions = (command: Command): Command =>
  addSettingOptions(command.optionsGroup('The server:'), ['client']).addOption(
    new Option('--server-timeout <duration>', 'how long it may take to answer').default('30s'),
  )

/**
 * Asks the server that is named, and says of errors what a user can do about them.
 *
 * @throws CliError
 */
export async function askServer<T>(
  io: Io,
  options: ServerOptions,
  ask: (client: Client, server: string) => Promise<T>,
): Promise<T> {
  const requestTimeoutMs = millisecondsOf('--server-timeout', options.serverTimeout)
  const asked = await openServer(io, options)
  const { baseUrl, fetch } = asked
  const client = createClient({
    ...{ baseUrl, fetch, requestTimeoutMs, userAgent: `portolan-cli/${VERSION}`, signal: asked.signal },
  })
  try {
    return await ask(client, baseUrl)
  } catch (error) {
    throw io.signal.aborted ? error : toldToUser(error, baseUrl)
  } finally {
    await asked.close()
  }
}
