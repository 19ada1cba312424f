/**
 * `portolan compare`: two ways in are asked the same.
 *
 * @module
 */
import type { components } from '../../../client/schema.ts'
import { KINDS, PATH_KINDS } from '../../../plan/kinds.ts'
import { CliError, exitCodeOf } from '../exit.ts'
import type { Io } from '../io.ts'
import { asking } from './asking.ts'
import { ciOf, inRepository } from './ci.ts'
import { compareOf, done, type ReportFormat } from './follow.ts'
import { readManifests, textOfAll } from './inputs.ts'
import { namespaceFor } from './namespace.ts'
import type { SourceOptions } from './options.ts'
import { outputsOf } from './outputs.ts'
import { addressesOf, deadlineFor, positionOf, waitMsOf } from './request.ts'
import { type TellOptions, tellFound } from './tell.ts'
import { controllerPortsOf, countOf, listOf, millisecondsOf, pairsOf } from './words.ts'

export type Options = SourceOptions &
  TellOptions & {
    service?: string
    wait?: string
    timeout?: string
    requests?: string
    ignoreHeader?: string[]
    methods?: string[]
    leftController?: string[]
    leftPorts?: string
    rightController?: string[]
    rightPorts?: string
    label?: string[]
    ci?: string
    allowInconclusive?: boolean
  }

type Side = components['schemas']['CompareSide']
type CompareRequest = components['schemas']['CompareRequest']

/** Formats that a comparison has: it finds nothing in files. */
const ABLE = ['text', 'json', 'junit', 'markdown', 'csv', 'tap'] as const

/** @returns the exit code. */
export async function compare(io: Io, left: string, right: string, options: Options): Promise<number> {
  const sides = {
    left: sideOf(left, 'left', options.leftController, options.leftPorts),
    right: sideOf(right, 'right', options.rightController, options.rightPorts),
  }
  const areJobs = 'job' in sides.left && 'job' in sides.right
  const outputs = outputsOf(options, ABLE)
  const ci = ciOf(io.env, options.ci)
  const waitMs = waitMsOf(options)
  const request = requestOf(options, waitMs)
  const files = options.filename === undefined ? null : await readManifests(io, options.filename, options)
  const telling = { options, outputs, ci, files: inRepository(io, files ?? [], ci) }
  return asking(io, { options, files, needsNoObjects: areJobs, telling }, async (portolan, progress) => {
    if (portolan.server === null && ('job' in sides.left || 'job' in sides.right)) {
      throw new CliError('Jobs are kept by a server: name the one that has them by --server.')
    }
    const namespace = await namespaceFor(portolan, options, files === null && !areJobs)
    const target = {
      ...(namespace !== null && { namespace }),
      ...(options.cluster !== undefined && { cluster: options.cluster }),
      ...(options.service !== undefined && { service: options.service }),
      ...(files !== null && { manifests: await textOfAll(files) }),
    }
    const work = compareOf((client) => client.createCompare({ ...request, ...sides, target }))
    const document = await done(portolan, work, waitMs, { begun: () => progress.say('Both sides are asked') })
    await progress.end()
    const found = {
      ...{ document, verdict: document.verdict, note: null },
      reported: async () => [],
      report: (format: ReportFormat) => work.report(portolan.client, document.id, format),
    }
    return tellFound(io, found, telling, exitCodeOf(document.verdict, options))
  })
}

function requestOf(options: Options, waitMs: number): Omit<CompareRequest, 'left' | 'right' | 'target'> {
  const { ignoreHeader = [], methods, requests, timeout, label = [] } = options
  return {
    ...addressesOf(options),
    ...positionOf(options),
    ignoreHeaders: listOf(ignoreHeader),
    // Which there are the API says.
    ...(methods !== undefined && {
      methods: listOf(methods).map((each) => each.toUpperCase()) as NonNullable<CompareRequest['methods']>,
    }),
    ...(requests !== undefined && { limits: { requests: countOf('--requests', requests) } }),
    ...(timeout !== undefined && { timeoutMs: millisecondsOf('--timeout', timeout) }),
    deadlineMs: deadlineFor(waitMs),
    labels: pairsOf('--label', label),
  }
}

const SHORT: Readonly<Record<string, string>> = { ing: 'Ingress', ingresses: 'Ingress' }

/**
 * `Ingress/name`, `HTTPRoute/namespace/name`, or the id of a job. Kinds are taken in any case, as kubectl takes them.
 */
function sideOf(text: string, side: 'left' | 'right', controller?: readonly string[], ports?: string): Side {
  const addresses = {
    ...(controller !== undefined && { ingressController: listOf(controller) }),
    ...(ports !== undefined && { controllerPorts: controllerPortsOf(`--${side}-ports`, ports) }),
  }
  const hasAddresses = Object.keys(addresses).length > 0
  if (/^job_/.test(text)) {
    if (hasAddresses) {
      throw new CliError(`--${side}-controller and --${side}-ports say where a router is, and ${text} is a job.`)
    }
    return { job: text }
  }
  const [kind = '', ...names] = text.split('/')
  const name = names.at(-1) ?? ''
  if (names.length < 1 || names.length > 2 || names.includes('') || kind === '') {
    throw new CliError(
      `"${text}" is no side of a comparison: write Ingress/NAME, HTTPRoute/NAMESPACE/NAME or the id of a job.`,
    )
  }
  return {
    kind: kindOf(kind),
    name,
    ...(names.length === 2 && names[0] !== undefined && { namespace: names[0] }),
    ...(hasAddresses && { addresses }),
  }
}

const kindOf = (word: string): string =>
  SHORT[word.toLowerCase()] ??
  PATH_KINDS.find(
    (kind) =>
      KINDS[kind].routedBy !== null && [kind, `${kind}s`].some((each) => each.toLowerCase() === word.toLowerCase()),
  ) ??
  word
