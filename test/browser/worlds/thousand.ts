/** A thousand Services, as `test/support/thousand.ts` makes them. */
import { FAILED, nameOf, namespaceOf, seedThousand } from '../../support/thousand.ts'
import { NO_PLACES, startServer, type World } from './world.ts'

export async function startThousandWorld(): Promise<World> {
  const server = await startServer()
  const nowMs = Date.now()
  await seedThousand(server.databaseFile, nowMs)
  const { items } = await server.ask<{ items: { id: string }[] }>('/v1/jobs?verdict=fail&limit=1')
  const name = (at: number) => `default/${namespaceOf(at)}/${nameOf(at)}`
  return {
    ...server,
    places: { ...NO_PLACES, services: [name(0), name(1), name(FAILED)], jobs: items.map(({ id }) => id) },
  }
}
