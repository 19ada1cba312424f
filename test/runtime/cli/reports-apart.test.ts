/** A file that is named twice would hold the one or the other: that is refused before anybody is asked. */
import { linkSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { refusedPort } from '../../support/servers.ts'

const folder = cliFolder()
/** Nobody listens there: whoever is asked is told. */
let server = ''

beforeAll(async () => {
  server = `http://127.0.0.1:${await refusedPort()}`
  folder.write('toad.json', loopbackService(80))
  folder.write('out/checks.yaml', '[]')
  folder.write('out/kept', 'as it was')
  linkSync(join(folder.cwd, 'out/kept'), join(folder.cwd, 'linked'))
  symlinkSync('out/kept', join(folder.cwd, 'leads'))
  symlinkSync('out', join(folder.cwd, 'also-out'))
})
afterAll(() => folder.remove())

const run = (args: string, stdin = '') => folder.run([...args.split(' '), '--server', server], { stdin })

it.each([
  ['--json a --text a', '--json a and --text a'],
  ['--json a --text ./a', '--json a and --text ./a'],
  ['--junit a --markdown out/../a', '--markdown out/../a and --junit a'],
  ['--csv out/new --tap also-out/new', '--tap also-out/new and --csv out/new'],
  ['--json out/kept --text linked', '--json out/kept and --text linked'],
  ['--json leads --text out/kept', '--json leads and --text out/kept'],
  ['--json out/kept --sarif out/kept', '--sarif out/kept and --json out/kept'],
  ['--text a --code-quality ./a', '--code-quality ./a and --text a'],
  ['--json toad.json', '--json toad.json and -f toad.json'],
  ['--json ./toad.json', '--json ./toad.json and -f toad.json'],
  ['--checks out/checks.yaml --text also-out/checks.yaml', '--text also-out/checks.yaml and --checks out/checks.yaml'],
])('check %s', async (args, named) => {
  const { exitCode, stdout, stderr } = await run(`check -f toad.json ${args}`)
  const [first, second] = named.split(' and ')
  const either = [`${first} and ${second}`, `${second} and ${first}`].map(
    (pair) => `${pair} name the same file: each report needs one of its own.\n`,
  )
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(either).toContain(stderr)
  expect(folder.read('out/kept')).toBe('as it was')
})

it.each([
  'plan -f toad.json --sarif toad.json',
  'compare Ingress/a Ingress/b -f toad.json --service a --json toad.json',
])('%s', async (args) => {
  const { exitCode, stderr } = await run(args)
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(' name the same file: ') })
})

it('lets reports of their own, and devices, be', async () => {
  const { stderr } = await run('check -f toad.json --json a --text b --csv /dev/null --tap /dev/null')
  expect(stderr).toContain('was not answered: ECONNREFUSED')
})

it('reads standard input once, whatever it is named for', async () => {
  for (const args of ['check -f - --checks -', 'check -f - --config -', 'check -f - --token-file -']) {
    const { exitCode, stderr } = await run(args, loopbackService(80))
    expect([args, exitCode, stderr]).toEqual([args, 2, expect.stringMatching(/^(- stands for standard input|-: )/)])
  }
})

it('reads a file once that is named twice', async () => {
  const { exitCode, stdout } = await folder.run(['plan', '-f', 'toad.json', '-f', './toad.json', '-f', '.'])
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^PLAN {2}shop\/toad-svc/) })
})
