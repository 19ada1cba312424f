import type { WorldOptions } from './world.ts'

/** The thread of the demonstration's cluster is started with this. */
export type WorldData = { role: 'world'; manifests: string; options: WorldOptions }

/** Messages to it. Each is answered, and so is its start; `close` is by its end. */
export type WorldOrder = { breakNodes: readonly string[] } | 'close'

/** `refusal`: what keeps it from doing so, as one line. `noAddress`: the machine has not the address. */
export type WorldAnswer = { refusal: string | null; noAddress?: boolean }
