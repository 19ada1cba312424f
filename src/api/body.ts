import type { Room } from '../lib/budget.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Body } from './parse-body.ts'
import type { ApiContext } from './route.ts'

const TYPES: Readonly<Record<string, 'json' | 'yaml' | 'form'>> = {
  'application/json': 'json',
  'application/x-www-form-urlencoded': 'form',
  'application/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'text/yaml': 'yaml',
  'text/x-yaml': 'yaml',
}

/**
 * Reads a body whole, up to the limit, as UTF-8, and hands it to `use`. Until that has ended the body counts towards
 * the bytes that this server may hold at once (`Deps.bodies`).
 *
 * @param limit of bytes, where it is less than that of the server.
 * @throws ProblemError `unavailable` if other bodies take all the room.
 */
export async function withBody<T>(
  context: ApiContext,
  accepts: readonly Body['type'][] = ['json', 'yaml', 'none'],
  use: (body: Body) => Promise<T>,
  limit = context.get('deps').settings.bodyLimitBytes,
): Promise<T> {
  const room = context.get('deps').bodies.enter()
  try {
    return await use(await readBody(context, accepts, room, limit))
  } finally {
    room.leave()
  }
}

/** A form as a browser sends it, with what was typed and the files that were chosen. */
export type SentForm = {
  /** Returns what was typed, with `\n` for line ends; empty if the field was not sent. */
  text(name: string): string
  /** Returns the text of a file; null if none was chosen. @throws ProblemError if the file is no text. */
  file(name: string): Promise<string | null>
}

/** Reads a form whole, up to the limit, and hands it to `use`, as {@link withBody} does. */
export async function withForm<T>(context: ApiContext, limit: number, use: (form: SentForm) => Promise<T>): Promise<T> {
  const type = context.req.header('content-type') ?? ''
  if (!/^(multipart\/form-data|application\/x-www-form-urlencoded)\s*(;|$)/i.test(type)) {
    throw new ProblemError('unsupported_media_type', 'This is for the form of the page; programs use the API.')
  }
  const room = context.get('deps').bodies.enter()
  try {
    const announced = Number(context.req.header('content-length') ?? 0)
    const bytes = await readBytes(context, announced, room, limit)
    return await use(await sentForm(bytes, type))
  } finally {
    room.leave()
  }
}

async function sentForm(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<SentForm> {
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData().catch((cause: unknown) => {
    throw new ProblemError('malformed_body', 'The body is no form.', { cause })
  })
  return {
    text(name) {
      const value = form.get(name)
      return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : ''
    },
    async file(name) {
      const value = form.get(name)
      return value === null || typeof value === 'string' || value.size === 0
        ? null
        : decode(new Uint8Array(await value.arrayBuffer()))
    },
  }
}

/**
 * The end of a pipe whose beginning has failed looks like this. It must not be taken for a request about a live
 * Service, which would be probed in place of the manifests that never came.
 */
const EMPTY_MANIFESTS =
  'The body is empty, although its content type says that it holds manifests. If they come through a pipe, the command ' +
  'before it has failed (set -o pipefail shows it). To have the live cluster read, send neither a body nor a content type.'

async function readBody(
  context: ApiContext,
  accepts: readonly Body['type'][],
  room: Room,
  limit: number,
): Promise<Body> {
  const given = context.req.header('content-type') ?? ''
  const type = TYPES[given.split(';')[0]?.trim().toLowerCase() ?? '']
  const announced = Number(context.req.header('content-length') ?? 0)
  // Without an announced length only its end tells whether there is anything.
  const early = accepts.includes('none') && announced === 0 ? await readBytes(context, announced, room, limit) : null
  if (early?.length === 0) {
    if (type === 'yaml') {
      throw new ProblemError('malformed_manifests', EMPTY_MANIFESTS, {
        errors: [{ pointer: '', detail: EMPTY_MANIFESTS }],
      })
    }
    return { text: '', type: 'none' }
  }
  if (type === undefined || !accepts.includes(type)) {
    const known = Object.entries(TYPES).flatMap(([name, kind]) => (accepts.includes(kind) ? [name] : []))
    throw new ProblemError(
      'unsupported_media_type',
      `Content-Type ${given === '' ? 'is missing' : `"${given.slice(0, 100)}" is not supported`}; send one of ${known.join(', ')}. (curl needs -H 'content-type: …'.)`,
    )
  }
  const encoding = context.req.header('content-encoding') ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') {
    throw new ProblemError(
      'unsupported_media_type',
      `Content-Encoding "${encoding.slice(0, 100)}" is not supported; send the body as it is.`,
    )
  }
  return { text: decode(early ?? (await readBytes(context, announced, room, limit))), type }
}

async function readBytes(
  context: ApiContext,
  announced: number,
  room: Room,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => {
    const advice =
      limit < context.get('deps').settings.bodyLimitBytes
        ? ', which is all that is taken here.'
        : '. Send only the objects of one Service: kubectl get … -l LABEL, or without pods.'
    return new ProblemError('body_too_large', `The body is larger than ${limit} bytes${advice}`)
  }
  if (announced > limit) {
    throw tooLarge()
  }
  // A client that announces the length is refused before it sends the body.
  if (!room.hold(announced)) {
    throw noRoom()
  }
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of context.req.raw.body ?? []) {
    size += part.length
    if (size > limit) {
      throw tooLarge()
    }
    if (!room.hold(size)) {
      throw noRoom()
    }
    parts.push(part)
  }
  const bytes = new Uint8Array(size)
  parts.reduce((offset, part) => {
    bytes.set(part, offset)
    return offset + part.length
  }, 0)
  return bytes
}

const noRoom = (): ProblemError =>
  new ProblemError('unavailable', 'Other large requests are being read; try again in a moment.', {
    headers: { 'retry-after': '2' },
  })

/** Formats that are sent in place of text, recognised by their first bytes. */
const BINARY: readonly { begins: readonly number[]; detail: string }[] = [
  { begins: [0x1f, 0x8b], detail: 'The body is gzip, and not said to be. Unpack it before it is sent: gunzip.' },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], detail: 'The body is Zstandard. Unpack it before it is sent: unzstd.' },
  { begins: [0x50, 0x4b, 0x03, 0x04], detail: 'The body is a ZIP archive. Unpack it, and send the manifest in it.' },
  { begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a], detail: 'The body is xz. Unpack it before it is sent: unxz.' },
  { begins: [0x25, 0x50, 0x44, 0x46], detail: 'The body is a PDF. Send the manifest itself, as text.' },
  { begins: [0x89, 0x50, 0x4e, 0x47], detail: 'The body is an image. Send the manifest itself, as text.' },
  { begins: [0xff, 0xd8, 0xff], detail: 'The body is an image. Send the manifest itself, as text.' },
]

const UTF16 = 'The body is UTF-16 (PowerShell writes it with ">"); send UTF-8: … | Out-File -Encoding utf8.'

function decode(bytes: Uint8Array): string {
  const known = BINARY.find(({ begins }) => begins.every((byte, at) => bytes[at] === byte))
  if (known) {
    throw new ProblemError('malformed_body', known.detail)
  }
  if (looksLikeUtf16(bytes)) {
    throw new ProblemError('malformed_body', UTF16)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch (cause) {
    throw new ProblemError('malformed_body', 'The body is not UTF-8; send it as UTF-8.', { cause })
  }
}

/** UTF-16 has its mark, or, where the text is ASCII, every other byte of its beginning is 0. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return true
  }
  const start = bytes.subarray(0, 64)
  const zeros = [0, 1].map((parity) => start.filter((byte, at) => at % 2 === parity && byte === 0).length)
  return start.length >= 8 && Math.max(...zeros) > start.length / 4
}
