/**
 * The objects of the demonstration, and what `kubectl exec toad-xueq1 -- env` would print. The files lie in
 * `examples/demo/`; the build evaluates this module, so that the bundle holds what they say.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

const read = (name: string): string =>
  readFileSync(new URL(`../../../../examples/demo/${name}`, import.meta.url), 'utf8')

export type DemoObjects = { manifests: string; environment: string }

export const EACH_ITS_ADDRESS: DemoObjects = { manifests: read('toad.yaml'), environment: read('toad.env') }

/** The same with a port for each part, for machines that have no loopback address but 127.0.0.1. */
export const ONE_ADDRESS: DemoObjects = {
  manifests: read('one-address.yaml'),
  environment: read('one-address.env'),
}
