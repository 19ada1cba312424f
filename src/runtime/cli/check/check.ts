/**
 * `portolan check`: one run, and every report of it.
 *
 * @module
 */
import { CliError, exitCodeOf } from '../exit.ts'
import type { Io } from '../io.ts'
import { asking } from './asking.ts'
import { checksIn, checksOf } from './checks-file.ts'
import { ciOf, inRepository } from './ci.ts'
import { checkMany, checkOne } from './found.ts'
import { readManifests, textOfAll } from './inputs.ts'
import { namespaceFor } from './namespace.ts'
import { outputsOf } from './outputs.ts'
import { type Asked, type CheckOptions, sharedRequest, waitMsOf } from './request.ts'
import { type Telling, type TellOptions, tellFound } from './tell.ts'
import { serviceNamed } from './words.ts'

export type Options = CheckOptions & TellOptions & { ci?: string; allowInconclusive?: boolean }

/** @returns the exit code. */
export async function check(io: Io, words: readonly string[], options: Options): Promise<number> {
  const service = serviceNamed(words)
  const isBatch = options.allNamespaces === true || options.selector !== undefined
  refuseUnclear(io, service, options, isBatch)
  const outputs = outputsOf(options)
  const ci = ciOf(io.env, options.ci)
  const waitMs = waitMsOf(options)
  const shared = sharedRequest(options)
  const files = options.filename === undefined ? null : await readManifests(io, options.filename, options)
  const telling: Telling = { options, outputs, ci, files: inRepository(io, files ?? [], ci) }
  return asking(io, { options, files, telling }, async (portolan, progress, uses) => {
    const checks = await checksOf(io, options.checks, portolan.settings)
    uses(checks)
    if (checks?.found && options.quiet !== true) {
      io.stderr.write(`The checks of ${checks.file} are made.\n`)
    }
    const asked: Asked = {
      ...{ service, options, files, text: files === null ? null : await textOfAll(files) },
      shared: { ...shared, ...(checks && { checks: checksIn(checks) }) },
      namespace: await namespaceFor(portolan, options, files === null && isBatch),
    }
    progress.say('The paths are planned')
    const found = await (isBatch ? checkMany : checkOne)(portolan, asked, waitMs, progress)
    await progress.end()
    return tellFound(io, found, telling, exitCodeOf(found.verdict, options))
  })
}

function refuseUnclear({ name }: Io, service: string | null, options: Options, isBatch: boolean): void {
  if (isBatch && service !== null) {
    const flag = options.selector === undefined ? '-A' : '-l'
    throw new CliError(`"${service}" is one Service, and ${flag} means several: leave one of them out.`)
  }
  if (service === null && !isBatch && options.filename === undefined) {
    throw new CliError(`Say what to check:
  ${name} check NAME -n NAMESPACE     a Service of the cluster that your kubeconfig names
  ${name} check -f FILE               the Service of manifests, as kubectl get … -o yaml prints them
  ${name} check -A, or -l app=shop    several Services of the cluster`)
  }
}
