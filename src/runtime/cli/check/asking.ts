import type { ManifestFile } from '../../../kube/manifest-places.ts'
import type { Io } from '../io.ts'
import { keepApart } from './apart.ts'
import type { Checks } from './checks-file.ts'
import { paintFor } from './colour.ts'
import { openPortolan, type Portolan } from './open.ts'
import type { AskOptions } from './options.ts'
import { isWatched, noProgress, type Progress, progressOn } from './progress.ts'
import { refused } from './refusal.ts'
import type { Telling } from './tell.ts'

export type Asking = {
  options: AskOptions & { checks?: string }
  /** `null`: the objects are read from a live cluster. */
  files: readonly ManifestFile[] | null
  /** Nothing is read from a cluster, although no files are given. */
  needsNoObjects?: boolean
  telling: Telling
}

/** Options that name a file which is read. */
const INPUTS = {
  checks: '--checks',
  config: '--config',
  tokenFile: '--token-file',
  kubeconfig: '--kubeconfig',
} as const

/** @param uses is told which checks were sent, so that what is wrong in them is told by their lines. */
type Act = (portolan: Portolan, progress: Progress, uses: (checks: Checks | null) => void) => Promise<number>

/**
 * Opens a Portolan for what is to be asked of it, and closes it whatever comes; what is refused is told to the user.
 */
export async function asking(
  io: Io,
  { options, files, needsNoObjects = false, telling }: Asking,
  act: Act,
): Promise<number> {
  const inputs = [
    ...(files ?? []).map(({ path }) => ({ option: '-f', path })),
    ...Object.entries(INPUTS).flatMap(([name, option]) => {
      const path = options[name as keyof typeof INPUTS]
      return path === undefined ? [] : [{ option, path }]
    }),
  ]
  await keepApart(io, telling.outputs, inputs)
  const portolan = await openPortolan(io, options, files === null && !needsNoObjects)
  const progress = isWatched(io, telling.options)
    ? progressOn(io, paintFor(io, io.stderr, telling.options))
    : noProgress
  let checks: Checks | null = null
  const uses = (used: Checks | null): void => {
    checks = used
  }
  try {
    return await act(portolan, progress, uses)
  } catch (error) {
    await progress.end()
    const { server } = portolan
    throw io.signal.aborted ? error : await refused(io, error, { server, files: files ?? [], checks, telling })
  } finally {
    await portolan.close()
  }
}
