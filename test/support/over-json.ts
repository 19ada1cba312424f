import { isDeepStrictEqual } from 'node:util'

/**
 * A value as it arrives when it was sent as JSON. Throws where anything of it did not arrive as it was: what is absent
 * must not be `undefined`, and nothing may be a RegExp, a Date, a Map or a number that JSON has not.
 */
export function overJson<T>(value: T): T {
  const text = JSON.stringify(value)
  const arrived: T = text === undefined ? undefined : JSON.parse(text)
  if (!isDeepStrictEqual(arrived, value)) {
    throw new Error(`does not arrive over JSON as it was sent: ${text}`)
  }
  return arrived
}
