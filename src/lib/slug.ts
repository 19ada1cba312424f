/** Crockford's base 32, in lower case: no letter is taken for a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
/** Characters of 5 bits: 130 bits. */
const LENGTH = 26

/** Makes a part of an address that nobody can guess, and that needs no escaping. */
export const newSlug = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (byte) => ALPHABET[byte & 31]).join('')
