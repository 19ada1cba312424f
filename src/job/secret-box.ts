/**
 * Seals text by the newest of the keys, and opens what any of them has sealed.
 *
 * @module
 */
import { sha256Hex } from '../lib/hash.ts'

/** AES-256-GCM; what was sealed by a key that is not here cannot be opened. */
export type SecretBox = {
  seal(text: string): Promise<string>
  /** `null`: sealed by none of these keys, or damaged. */
  open(sealed: string): Promise<string | null>
  /** The name of the key that seals, with which all that it has sealed begins. `null`: there is none. */
  newest: string | null
  /** Keys that only open. */
  older: number
}

export type SecretKey = Uint8Array<ArrayBuffer>

/** Sealed text begins with the name of its key, so that the right one is taken. It tells nothing of the key. */
export const keyName = (key: SecretKey): string =>
  sha256Hex(`portolan secret key ${toBase64(key)}`).slice(0, KEY_NAME_CHARS)

const KEY_NAME_CHARS = 8

/** @param keys 32 bytes each, the newest first. */
export async function createSecretBox(...keys: readonly [SecretKey, ...SecretKey[]]): Promise<SecretBox> {
  const named = await Promise.all(
    keys.map(async (key) => ({
      name: keyName(key),
      aes: await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']),
    })),
  )
  const newest = named[0] as (typeof named)[0]
  return {
    newest: newest.name,
    older: keys.length - 1,
    async seal(text) {
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, newest.aes, new TextEncoder().encode(text))
      return `${newest.name}.${toBase64(iv)}.${toBase64(new Uint8Array(data))}`
    },
    async open(sealed) {
      const parts = sealed.split('.')
      // Text that was sealed before keys had names has none.
      const [iv, data] = parts.slice(-2)
      const name = parts.length > 2 ? parts[0] : null
      if (iv === undefined || data === undefined) {
        return null
      }
      for (const key of named.filter((each) => name === null || each.name === name)) {
        const text = await opened(key.aes, iv, data)
        if (text !== null) {
          return text
        }
      }
      return null
    },
  }
}

type AesKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

async function opened(key: AesKey, iv: string, data: string): Promise<string | null> {
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64(iv) }, key, fromBase64(data))
    return new TextDecoder().decode(plain)
  } catch (error) {
    if (error instanceof DOMException) {
      return null
    }
    throw error
  }
}

/** Arguments of one call: engines take some ten thousand. */
const ARGUMENTS_MAX = 8192

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let from = 0; from < bytes.length; from += ARGUMENTS_MAX) {
    text += String.fromCharCode(...bytes.subarray(from, from + ARGUMENTS_MAX))
  }
  return btoa(text)
}

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
