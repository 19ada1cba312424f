/** The tests of src/kube share this: refusals as values, and the words of their messages. */

import { parseManifests } from '../../src/kube/parse.ts'
import { type ProblemDetail, ProblemError } from '../../src/lib/problem.ts'

export const POINTER = '/target/manifests'

export const read = (input: string | readonly unknown[]) => parseManifests(input, { pointer: POINTER })

export function refusalOf(input: string | readonly unknown[]): ProblemError {
  try {
    read(input)
  } catch (error) {
    if (error instanceof ProblemError) {
      return error
    }
    throw error
  }
  throw new Error('was read')
}

export type Mistake = readonly [object: string, field: string, detail: string]
export type FieldMistake = readonly [field: string, detail: string]

/** Mistakes of the first document of a text. */
export const told = (mistakes: readonly Mistake[]): ProblemDetail[] =>
  mistakes.map(([object, field, detail]) => ({ pointer: POINTER, detail, document: 1, object, field }))

export const toldOf = (object: string, mistakes: readonly FieldMistake[]): ProblemDetail[] =>
  told(mistakes.map(([field, detail]) => [object, field, detail]))

export const remark = (rest: string) =>
  `YAML has no "//" remarks, so this one became part of the value. Begin it with "#": ${rest} # …`
export const LABEL = 'lower-case letters, digits and "-", at most 63 (RFC 1123 label)'
export const SUBDOMAIN = 'lower-case letters, digits, "-" and ".", at most 253 (RFC 1123 subdomain)'
export const PORT_NAME = 'a port\'s name: at most 15 lower-case letters, digits and "-", at least one letter'
export const PORT = 'a whole number from 1 to 65535'
export const NODE_PORT = 'a whole number from 1 to 65535, usually 30000 to 32767'
export const HOST = 'a DNS name, like quay.example.com or *.example.com, without scheme, port or path'
export const BOOLEAN =
  'Put the word in quotes to make it text: YAML takes true, yes, on, y and their opposites for booleans.'

export const service = (spec: string) => `{apiVersion: v1, kind: Service, metadata: {name: toad}, spec: ${spec}}`
export const ingress = (apiVersion: string, spec: string) =>
  `{apiVersion: ${apiVersion}, kind: Ingress, metadata: {name: toad}, spec: ${spec}}`
export const slice = (rest: string) =>
  `{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: toad-1}, ${rest}}`
