/**
 * From the words of a command line to what the API takes.
 *
 * @module
 */
import { nearMiss } from '../../../lib/near.ts'
import { CliError } from '../exit.ts'

/** As kubectl takes them: `svc/toad`, `service/toad`, `svc toad`, `toad`. */
const KINDS: ReadonlySet<string> = new Set(['svc', 'service', 'services'])

/**
 * Kinds that kubectl knows, by the words that it takes for those which people ask about, and no name of a namespace.
 */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  ...['po', 'pod', 'pods', 'deploy', 'deployment', 'deployments', 'ds', 'daemonset', 'daemonsets', 'rs', 'replicaset'],
  ...[
    'sts',
    'statefulset',
    'statefulsets',
    'ep',
    'endpoints',
    'endpointslice',
    'endpointslices',
    'no',
    'node',
    'nodes',
  ],
  ...['ing', 'ingress', 'ingresses', 'httproute', 'httproutes', 'grpcroute', 'gateway', 'gateways', 'job', 'cronjob'],
])

/** @returns the name of the Service; `null`: none was given. */
export function serviceNamed(words: readonly string[]): string | null {
  const [first, second, ...more] = words
  if (first === undefined) {
    return null
  }
  const file = [first, second].find((word) => /\.(ya?ml|json)$/i.test(word ?? ''))
  if (file !== undefined) {
    throw new CliError(
      `"${file}" stands where the name of a Service does. Put -f before each file, or quote the pattern: -f '*.yaml'.`,
    )
  }
  const isKind = KINDS.has(first.toLowerCase())
  const name = isKind && second !== undefined ? second : first
  if (more.length > 0 || (second !== undefined && !isKind)) {
    throw new CliError(
      `One Service at a time: "${first}" and "${isKind ? more[0] : second}" are two. -l SELECTOR or -A check several.`,
    )
  }
  return nameIn(name)
}

function nameIn(word: string): string {
  if (word === '') {
    throw new CliError('The name of the Service is empty: is a variable of the shell not set?')
  }
  const [kind = '', name, ...rest] = word.split('/')
  if (name === undefined) {
    return word
  }
  if (rest.length === 0 && name !== '' && KINDS.has(kind.toLowerCase())) {
    return name
  }
  if (OTHER_KINDS.has(kind.toLowerCase())) {
    throw new CliError(`"${word}" is no Service, and paths lead to Services: name the one that stands before it.`)
  }
  const meant =
    rest.length === 0 && /^[a-z0-9-]+$/.test(kind) && name !== ''
      ? ` A namespace is said by -n: ${name} -n ${kind}.`
      : ''
  throw new CliError(`"${word}" is no Service: write its name, or svc/NAME.${meant}`)
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `90`, `90s`, `1.5s`, `500ms`, `2m` → milliseconds; a number by itself is seconds. */
export function millisecondsOf(option: string, text: string): number {
  const [, count, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim()) ?? []
  if (count === undefined) {
    throw new CliError(`${option} takes seconds, or a duration like 500ms, 90s or 2m, not "${text}".`)
  }
  return Math.round(Number(count) * (UNITS_MS[unit] ?? 0))
}

export function countOf(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new CliError(`${option} takes a whole number, not "${text}".`)
  }
  return Number(text)
}

/** `k=v` pairs, several in one separated by commas. */
export function pairsOf(option: string, texts: readonly string[]): Record<string, string> {
  const pairs = texts
    .flatMap((text) => text.split(','))
    .map((text): [string, string] => {
      const at = text.indexOf('=')
      if (at < 1) {
        throw new CliError(`${option} takes KEY=VALUE, not "${text}".`)
      }
      return [text.slice(0, at), text.slice(at + 1)]
    })
  return Object.fromEntries(pairs)
}

/** `http=8080,https=8443`, either of them. */
export function controllerPortsOf(option: string, text: string): { http?: number; https?: number } {
  const pairs = Object.entries(pairsOf(option, [text]))
  const ports = pairs.map(([scheme, port]): ['http' | 'https', number] => [
    oneOf(option, ['http', 'https'], scheme),
    countOf(option, port),
  ])
  return Object.fromEntries(ports)
}

export const listOf = (texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')

/** One of several words, or what was probably meant. */
export function oneOf<const T extends string>(option: string, words: readonly T[], text: string): T {
  const found = words.find((word) => word === text)
  if (found !== undefined) {
    return found
  }
  const near = nearMiss(text, words)
  throw new CliError(
    `${option} takes ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not "${text}".${near === null ? '' : ` Did you mean ${near}?`}`,
  )
}
