import { describe, expect, it } from 'vitest'
import { createProgram, everyCommand, pathOf } from '../../../src/runtime/cli/program.ts'
import { VERSION } from '../../../src/runtime/version.ts'
import { runCommand } from '../../support/cli.ts'

const io = {
  ...{
    name: 'portolan',
    argv: [],
    env: {},
    cwd: '/',
    stdin: async () => new Uint8Array(),
    signal: new AbortController().signal,
  },
  stdout: { write: () => undefined, isTTY: false, columns: 100 },
  stderr: { write: () => undefined, isTTY: false, columns: 100 },
}
const paths = everyCommand(createProgram(io, () => undefined)).map((command) => pathOf(command).split(' ').slice(1))

const refusal = async (...argv: string[]): Promise<[number, string, string[]]> => {
  const { exitCode, stdout, stderr } = await runCommand(argv)
  return [exitCode, stdout, stderr.trimEnd().split('\n')]
}

describe.each(paths.map((path) => [path.join(' '), path] as const))('portolan %s --help', (_name, path) => {
  it('says what it does, with examples, within the width of a terminal', async () => {
    const { exitCode, stdout, stderr } = await runCommand([...path, '--help'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: portolan ${path.join(' ')}\\b`))
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  it('is what portolan help prints', async () => {
    expect(await runCommand(['help', ...path])).toEqual(await runCommand([...path, '--help']))
  })
})

describe('portolan', () => {
  it('alone prints its help to the error output, and ends with 2: nothing was asked', async () => {
    const { stdout } = await runCommand(['--help'])
    expect(stdout).toMatch(/^Usage: portolan /)
    expect(await runCommand([])).toEqual({ exitCode: 2, stdout: '', stderr: stdout })
  })

  it('says with -v which it is', async () => {
    expect(await runCommand(['-v'])).toEqual({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' })
  })

  it('says of a command that there is none which was meant', async () => {
    const said = [2, '', ["error: unknown command 'serv'", '(Did you mean serve?)']]
    expect(await refusal('serv')).toEqual(said)
    expect(await refusal('help', 'serv')).toEqual(said)
    expect(await refusal('serv', '--help')).toEqual(said)
  })

  it('says of an option that there is none which was meant, and where all are told', async () => {
    expect(await refusal('demo', '--kep')).toEqual([
      ...[2, ''],
      ["error: unknown option '--kep'", '(Did you mean --keep?)', 'All it takes: portolan demo --help'],
    ])
  })

  it('says once which option was meant, whether its value is joined or not', async () => {
    const said = ["error: unknown option '--wiat'", '(Did you mean --wait?)', 'All it takes: portolan check --help']
    expect((await refusal('check', '--wiat=3'))[2]).toEqual(said)
    expect((await refusal('check', '--wiat', '3'))[2]).toEqual(said)
  })

  it('says where options stand, to whoever puts them before the command', async () => {
    const said = ["error: unknown option '-n'", 'Options stand behind the command: portolan check toad-svc -n shop']
    expect((await refusal('-n', 'shop', 'check', 'toad-svc'))[2]).toEqual(said)
    expect((await refusal('--verison'))[2]).toEqual(["error: unknown option '--verison'", '(Did you mean --version?)'])
  })

  it('says of a value which there are', async () => {
    expect(await refusal('completion', 'tcsh')).toEqual([
      ...[2, ''],
      [
        expect.stringMatching(
          /'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish, powershell/,
        ),
        'All it takes: portolan completion --help',
      ],
    ])
    expect((await refusal('demo', '--port', '70000'))[2][0]).toMatch(/'70000' is invalid. .* from 0 to 65535/)
  })

  it('gives its examples as it was called', async () => {
    const { stdout } = await runCommand(['help', 'demo'], { name: 'kubectl portolan' })
    expect(stdout).toMatch(/^ {2}kubectl portolan demo --keep --port 8080 /m)
    expect(stdout).toMatch(/^Usage: kubectl portolan demo /)
  })

  it('says wrong words so that a terminal does not act on them', async () => {
    const [, , said] = await refusal('\u001b[2J')
    expect(said[0]).toBe("error: unknown command '\\u{1b}[2J'")
  })

  it('does not say what was given to an option that there is not', async () => {
    expect((await refusal('demo', '--token=hunter2-4711'))[2].join()).not.toMatch(/hunter2/)
  })
})

describe('portolan serve', () => {
  it('says of a setting that has no flag how it is set, and nothing of its value', async () => {
    expect((await refusal('serve', '--admin-token=hunter2-4711'))[2]).toEqual([
      "error: unknown option '--admin-token'",
      'It has no flag: PORTOLAN_ADMIN_TOKEN=… portolan serve',
      'All it takes: portolan serve --help',
    ])
    expect((await refusal('serve', '--prot=9090'))[2].slice(0, 2)).toEqual([
      "error: unknown option '--prot'",
      '(Did you mean --port?)',
    ])
  })

  it('lists all settings', async () => {
    expect((await runCommand(['serve', '--help'])).stdout).toMatch(/^ {2}PORTOLAN_DATABASE /m)
  })
})
