/** From what was typed into the form of a schedule to the body of the request. */
import type { Schedule } from '../../client/schema.ts'
import { readDocument, readMapping } from '../../kube/yaml/read-mapping.ts'
import type { FieldErrors } from '../parts/field.tsx'
import { type CheckKind, SETTINGS, type Values } from './values.ts'

type Json = Record<string, unknown>
/** `errors`: texts that are none. They point where the API would. */
export type Made = { body: Json; errors: FieldErrors }

const DEPTH_MOST = 40

/** A field that is empty is left out; a number that is none is for the API to refuse. */
const numberOf = (text: string): unknown =>
  text.trim() === '' ? undefined : Number.isNaN(Number(text)) ? text : Number(text)
const textOf = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim())
const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '')

export const settingsBody = ({ name, cron, timeZone, jitterMs, overlap, enabled }: Values): Json => ({
  ...{ name: name.trim(), cron: cron.trim(), timeZone: textOf(timeZone), jitterMs: numberOf(jitterMs), overlap },
  enabled: enabled === 'on',
})

/** Tells whether what is asked for at each run has been left as it was. */
export const asksTheSame = (a: Values, b: Values): boolean =>
  (Object.keys(a) as (keyof Values)[])
    .filter((name) => name === 'keep' || !SETTINGS.has(name))
    .every((name) => String(a[name]).trim() === String(b[name]).trim())

/** @param before the schedule that is changed; `null`: a new one is made. */
export function bodyOf(values: Values, before: Schedule | null): Made {
  const errors: { pointer: string; detail: string }[] = []
  const isBatch = !['service', 'manifests'].includes(values.about)
  const more = readMapping(values.more, DEPTH_MOST)
  if ('fault' in more) {
    errors.push({ pointer: '/job', detail: `The rest of the job ${more.fault}.` })
  }
  const rest = 'value' in more ? more.value : {}
  for (const name of ['target', 'checks', 'samples', 'timeoutMs'].filter((each) => each in rest)) {
    errors.push({ pointer: '/job', detail: `${name} has a field of its own: leave it out of the rest of the job.` })
  }
  const checks = checksOf(values, errors)
  const work = {
    ...rest,
    target: targetOf(values),
    ...(checks !== null && { checks }),
    ...{ samples: numberOf(values.samples), timeoutMs: numberOf(values.timeoutMs) },
  }
  const keep = before === null ? undefined : keepOf(values, before, checks)
  return { body: { ...settingsBody(values), [isBatch ? 'batch' : 'job']: work, ...(keep && { keep }) }, errors }
}

const isAboutManifests = ({ about }: Values): boolean => about === 'manifests' || about === 'manifestsAll'

function targetOf(values: Values): Json {
  const { about, cluster, namespace, service, namespaces, selector, manifests } = values
  const cause = { cluster: textOf(cluster) }
  const given = textOf(manifests) === undefined ? undefined : manifests
  if (about === 'all') {
    return { ...cause, allNamespaces: true }
  }
  if (about === 'selector' || about === 'manifestsAll') {
    const named = wordsOf(namespaces)
    const several = named.length === 0 ? undefined : named.includes('*') ? '*' : named
    return {
      ...cause,
      namespaces: several,
      selector: textOf(selector),
      ...(about === 'manifestsAll' && { manifests: given }),
    }
  }
  return {
    ...{ ...cause, namespace: textOf(namespace), service: textOf(service) },
    ...(about === 'manifests' && { manifests: given }),
  }
}

/** `null`: the text of the checks is none. */
function checksOf(values: Values, errors: { pointer: string; detail: string }[]): unknown {
  const kind = values.check as CheckKind
  if (kind === 'default') {
    return []
  }
  if (kind === 'text') {
    const read = readDocument(values.checks, DEPTH_MOST)
    if ('fault' in read) {
      errors.push({ pointer: '/job/checks', detail: `What is written ${read.fault}.` })
      return null
    }
    return Array.isArray(read.value) ? read.value : read.value === null ? [] : [read.value]
  }
  const check = { type: kind, name: textOf(values.checkName) ?? kind }
  if (kind !== 'http') {
    return [check]
  }
  const codes = wordsOf(values.statuses).map((word) => (/^\d+$/.test(word) ? Number(word) : word))
  return [
    {
      ...{ ...check, path: textOf(values.path) },
      ...(codes.length > 0 && { expect: { validStatusCodes: codes } }),
      ...(values.headers.trim() !== '' && { headers: headersOf(values.headers, errors) }),
    },
  ]
}

function headersOf(text: string, errors: { pointer: string; detail: string }[]): Json {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.flatMap((line, at) => {
      const colon = line.indexOf(':')
      if (colon < 1) {
        errors.push({ pointer: '/job/checks/0/headers', detail: `Line ${at + 1} is not "Name: value".` })
        return []
      }
      return [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]]
    }),
  )
}

/** Names the parts that the form does not show and that stay as they are, unless they are given anew. */
function keepOf(values: Values, before: Schedule, checks: unknown): Json | undefined {
  const had = (before.job ?? before.batch)?.objects
  const manifests = isAboutManifests(values) && values.manifests.trim() === '' && had !== null && had !== undefined
  const writeOnly: Record<string, string[]> = {}
  for (const kept of values.keep) {
    const dot = kept.lastIndexOf('.')
    const [name, field] = [kept.slice(0, dot), kept.slice(dot + 1)]
    if (!isGiven(checks, name, field)) {
      writeOnly[name] = [...(writeOnly[name] ?? []), field]
    }
  }
  const isAny = Object.keys(writeOnly).length > 0
  return manifests || isAny ? { ...(manifests && { manifests }), ...(isAny && { writeOnly }) } : undefined
}

function isGiven(checks: unknown, name: string, field: string): boolean {
  const check = (Array.isArray(checks) ? checks : []).find((each) => each?.name === name) as Json | undefined
  const value = check?.[field]
  return typeof value === 'object' && value !== null
    ? Object.keys(value).length > 0
    : value !== undefined && value !== null
}
