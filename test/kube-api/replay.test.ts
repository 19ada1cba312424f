import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/api-server/ask.ts'
import { type Recording, readRecording, recordingNames } from '../support/api-server/recordings.ts'
import { type ApiServer, startApiServer } from '../support/api-server.ts'

let server: ApiServer

beforeAll(async () => {
  server = await startApiServer()
})
afterAll(() => server.close())

const names = recordingNames()

const recordedBytes = ({ body, bodyText, bodyBase64, lines }: NonNullable<Recording['response']>) =>
  lines
    ? lines.map(({ line }) => `${JSON.stringify(line)}\n`).join('')
    : bodyBase64
      ? Buffer.from(bodyBase64, 'base64').toString()
      : (bodyText ?? JSON.stringify(body))

describe('the recorded exchanges', () => {
  it('are all there', () => {
    expect(names.length).toBe(157)
  })

  it.each(names)('%s is answered as it was', async (name) => {
    const { request, response: recorded } = readRecording(name)
    server.replays.stop()
    server.replays.replay(name)
    const asking = ask(server, request.path, {
      method: request.method,
      headers: request.headers ?? {},
      ...(request.body !== undefined && { body: request.body }),
    })
    if (!recorded) {
      await expect(asking).rejects.toThrow('socket hang up')
      return
    }
    const answer = await asking
    const told = Object.keys(recorded.headers).filter(
      (header) => !['connection', 'transfer-encoding', 'content-length', 'date'].includes(header),
    )
    expect({
      status: answer.status,
      headers: Object.fromEntries(told.map((header) => [header, answer.headers[header]])),
      text: answer.text,
    }).toEqual({
      status: recorded.status,
      headers: Object.fromEntries(told.map((header) => [header, recorded.headers[header]])),
      text: recordedBytes(recorded),
    })
  })
})
