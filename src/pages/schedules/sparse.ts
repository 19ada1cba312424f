/** Leaves out of documents of the API what is default, so that a person reads, edits and sends back only the rest. */

/** Defaults that are neither empty nor `false`, by the name of the field. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  ...{ method: 'GET', httpVersion: '1.1', recursionDesired: true, history: true },
  limits: { nodes: 20, endpoints: 50, paths: 500 },
  retries: { limit: 0, delayMs: 1000 },
  settleMs: 0,
}
/** Fields that mean something whatever their value, so that even null is kept. */
const ALWAYS = new Set(['equals'])

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Leaves out of an object what its readers would fill in. `false` is a default where no other is. */
export function sparse(document: object): Record<string, unknown> {
  // TLS over TCP is used because it is there
  const saysTls = 'type' in document && document.type === 'tcp'
  return Object.fromEntries(
    Object.entries(document).flatMap(([name, given]) => {
      const value = name in DEFAULTS || ALWAYS.has(name) ? given : sparseValue(given)
      const isDefault =
        name in DEFAULTS
          ? JSON.stringify(value) === JSON.stringify(DEFAULTS[name])
          : !ALWAYS.has(name) && isEmpty(value) && !(name === 'tls' && saysTls && given !== null)
      return isDefault ? [] : [[name, value]]
    }),
  )
}

const sparseValue = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((each) => (isPlain(each) ? sparse(each) : each))
    : isPlain(value)
      ? sparse(value)
      : value

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === false ||
  (Array.isArray(value) ? value.length === 0 : isPlain(value) && Object.keys(value).length === 0)

/** JSON as a text to be edited; empty where it says nothing. */
export const shownJson = (value: unknown): string => (isEmpty(value) ? '' : JSON.stringify(value, null, 2))
