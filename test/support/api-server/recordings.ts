/**
 * The answers of a real server (1.37.2) that were recorded; test/fixtures/kubernetes-api-modern/README.md tells how.
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import type { KubeObject } from './objects.ts'

const FOLDER = new URL('../../fixtures/kubernetes-api-modern/', import.meta.url)

export type Line = { afterMs: number; line: unknown }

export type Recording = {
  /** Its file: `lists/services`. */
  name: string
  note: string
  request: { method: string; path: string; as: string; headers?: Record<string, string>; body?: unknown }
  /** `null`: the connection was closed without an answer. */
  response: {
    status: number
    statusText?: string
    afterMs?: number
    headers: Record<string, string>
    body?: unknown
    bodyText?: string
    bodyBase64?: string
    lines?: Line[]
    ended?: string
    endedAfterMs?: number
  } | null
  error?: { code: string; message: string; afterMs: number }
}

/** The names of all recordings, sorted. */
export const recordingNames = (): string[] =>
  globSync('*/*.json', { cwd: FOLDER.pathname })
    .map((file) => file.replace(/\.json$/, ''))
    .sort()

const read = new Map<string, Recording>()

export function readRecording(name: string): Recording {
  const recording = read.get(name) ?? {
    name,
    ...JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')),
  }
  read.set(name, recording)
  return recording
}

/** The lists that hold the recorded cluster, taken within a second of each other. */
const CLUSTER = [
  'lists/services',
  'lists/endpoints',
  'lists/endpointslices',
  'lists/nodes',
  'lists/pods',
  'lists/ingresses',
  'lists/ingressclasses',
] as const

const GATEWAY = [
  'gateway/list-gatewayclasses',
  'gateway/list-gateways',
  'gateway/list-httproutes',
  'gateway/list-referencegrants',
  'gateway/list-tcproutes',
] as const

type List = { kind: string; apiVersion: string; items: Partial<KubeObject>[] }

/** The objects of the recorded cluster, with the kinds that the items of a list lack. */
export function recordedObjects({ hasGateway = false } = {}): KubeObject[] {
  return [...CLUSTER, ...(hasGateway ? GATEWAY : [])].flatMap((name) => {
    const { kind, apiVersion, items } = recordedBody<List>(name)
    return items.map((item) => ({ apiVersion, kind: kind.replace(/List$/, ''), ...item }) as KubeObject)
  })
}

/** The JSON body of a recorded answer. */
export const recordedBody = <T>(name: string): T => readRecording(name).response?.body as T

/** The resourceVersion that the recorded lists have. */
export const RECORDED_VERSION = 628
