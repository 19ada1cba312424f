import type { Failure, Phase } from '../../check/codes.ts'
import { failure } from '../../check/failure.ts'
import { EXPLAINED_BYTES_MAX, findFlaw } from '../../check/http-framing.ts'
import { FLAWS } from '../../check/malformed.ts'
import type { Misspoken } from '../../check/network.ts'
import { type Spoken, spokenIn, TELLING_BYTES } from '../../check/speaks.ts'

/** The first bytes that a peer has said over HTTP/1.1, as they came: looked at only where they were refused. */
export class Heard {
  #chunks: Uint8Array[] = []
  #bytes = 0

  keep(chunk: Uint8Array): void {
    if (this.#bytes >= EXPLAINED_BYTES_MAX) {
      return
    }
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /**
   * Why an answer could not be read.
   *
   * @param isOver the peer has ended its side: what only lacks its rest was cut short.
   */
  explain(phase: Phase, isOver: boolean): Misspoken & { failure: Failure } {
    const first = this.#joined()
    const malformed = findFlaw(first)
    if (malformed !== null && !(isOver && malformed.flaw === 'other')) {
      const message = `the answer is HTTP, but malformed: ${FLAWS[malformed.flaw].says}`
      return { failure: failure('malformed_response', phase, message), malformed }
    }
    const isCut = malformed !== null || isBeginning(first)
    const speaks = this.#speaks()
    return {
      failure: failure(isOver && isCut ? 'connection_closed' : 'invalid_response', phase),
      ...(speaks !== null && { speaks }),
    }
  }

  /** Names the protocol that was spoken in place of HTTP, as far as it is known. */
  #speaks(): Spoken | null {
    return spokenIn(this.#joined().subarray(0, TELLING_BYTES))
  }

  #joined(): Uint8Array {
    const whole = joined(this.#chunks, this.#bytes)
    this.#chunks = [whole]
    return whole
  }
}

/** Nothing, or what may become a status line. */
const isBeginning = (first: Uint8Array): boolean =>
  first.length < 5 && 'HTTP/'.startsWith(new TextDecoder().decode(first).toUpperCase())

export function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const [first] = chunks
  if (chunks.length === 1 && first) {
    return first
  }
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
