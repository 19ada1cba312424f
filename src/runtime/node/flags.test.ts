import { describe, expect, it } from 'vitest'
import { FlagError, type FlagSpec, readFlags } from './flags.ts'

const SPEC = {
  'all-pass': { type: 'boolean' },
  port: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies FlagSpec

const read = (...argv: string[]) =>
  readFlags(SPEC, argv, 'x --help', (name, value) => (name === 'host' ? `; set HOST=${value}.` : null))

const refusalOf = (...argv: string[]): string => {
  try {
    read(...argv)
  } catch (error) {
    if (error instanceof FlagError) {
      return error.message
    }
    throw error
  }
  return 'none'
}

it.each([
  [[], {}],
  [['--help'], { help: true }],
  [['-h'], { help: true }],
  [['--all-pass', '--port', '80'], { 'all-pass': true, port: '80' }],
  [['--port=80'], { port: '80' }],
  [['--'], {}],
])('reads %j', (argv, flags) => {
  expect(read(...argv)).toEqual(flags)
})

describe('refuses in one line that helps:', () => {
  it.each([
    [['--hepl'], 'There is no option --hepl; did you mean --help?'],
    [['--all-pas'], 'There is no option --all-pas; did you mean --all-pass?'],
    [['--xyzzy-frobnicate'], 'There is no option --xyzzy-frobnicate.'],
    [['-x'], 'There is no option -x.'],
    [['serve'], '"serve" is not an option.'],
    [['--', '--help'], '"--help" is not an option.'],
    [['--help=yes'], '--help takes no value.'],
    [['--port'], '--port needs a value.'],
    [['--port='], '--port needs a value.'],
    [['--host', '::1'], 'There is no option --host; set HOST=::1.'],
    [['--host=::1'], 'There is no option --host; set HOST=::1.'],
    [['--host'], 'There is no option --host; set HOST=….'],
  ])('%j', (argv, said) => {
    expect(refusalOf(...argv)).toBe(`${said} All options: x --help`)
  })
})
