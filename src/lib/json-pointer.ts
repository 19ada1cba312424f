/**
 * JSON pointers (RFC 6901), which name a place in a document.
 *
 * @module
 */

/** Makes the pointer to a place; `''` is the whole document. */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** Reads the steps of a pointer. */
export const fromJsonPointer = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
