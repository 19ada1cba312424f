import { describe, expect, it } from 'vitest'
import { spokenIn } from './speaks.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

describe('spokenIn', () => {
  it.each([
    ['\0\0\x12\x04\0\0\0\0\0\0\x03', 'http2'],
    ['\0\0\x08\x07\0\0\0\0\0', 'http2'],
    ['\x15\x03\x01\0\x02\x02\x0a', 'tls'],
    ['SSH-2.0-x', 'ssh'],
    ['220 mail ESMTP\r\n', 'smtp_or_ftp'],
    ["-ERR unknown command 'GET'", 'redis'],
    ['AMQP\0\0\x09\x01', 'amqp'],
    ['J\0\0\x008.0.36\0', null],
    ['J\0\0\0\x0a8.0.36\0', 'mysql'],
    ['HTTP/1.1 200 OK\r\n', null],
    ['', null],
  ])('of %j is %s', (first, spoken) => {
    expect(spokenIn(bytes(first))).toBe(spoken)
  })
})
