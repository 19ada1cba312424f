import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { bashCompletion } from '../../../src/runtime/cli/completion/bash.ts'
import { fishCompletion } from '../../../src/runtime/cli/completion/fish.ts'
import { powershellCompletion } from '../../../src/runtime/cli/completion/powershell.ts'
import { wordsOf } from '../../../src/runtime/cli/completion/words.ts'
import { zshCompletion } from '../../../src/runtime/cli/completion/zsh.ts'
import { runCommand } from '../../support/cli.ts'

/** A program of all that there can be, so that what is tested stays as commands come and go. */
function ship(): Command {
  const program = new Command('ship').version('1').description('Sails.')
  const crew = program.command('crew').description("Those who sail: the captain's own.")
  crew.command('list').description('Lists them. All of them.').option('-n, --name <name>', 'who')
  crew.command('sign').argument('<paper-file>', 'what is signed').option('--twice', 'in two places')
  program
    .command('sail')
    .description('Sails to a port.')
    .argument('[port]', 'where to')
    .addOption(new Option('-w, --wind <wind>', 'from where').choices(['north', 'north-west', 'south']))
    .option('-f, --chart <file>', 'by this chart')
    .option('-N', 'at night')
  program.command('secret', { hidden: true })
  return program
}

describe('in bash', () => {
  let folder = ''
  const offers = (script: string, lines: readonly (readonly string[])[]): string[][] => {
    writeFileSync(join(folder, 'completion'), script)
    const name = script.match(/^complete -F _(\w+) /m)?.[1] ?? ''
    const asked = `
      . ./completion
      offers() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _${name}; IFS='|'; echo "\${COMPREPLY[*]}"; unset IFS; }
      ${lines.map((words) => `offers ${words.map((word) => `'${word}'`).join(' ')}`).join('\n')}`
    const said = execFileSync('bash', ['--norc', '-c', asked], { cwd: folder, encoding: 'utf8' })
    return said
      .trimEnd()
      .split('\n')
      .map((line) => line.split('|').filter((word) => word !== ''))
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'portolan-completion-'))
    writeFileSync(join(folder, 'a chart.yaml'), '')
    return () => rmSync(folder, { recursive: true })
  })

  it.each([
    ['commands', ['ship', ''], ['crew', 'sail', 'help', '--version', '-V', '--help', '-h']],
    ['commands that begin so', ['ship', 'cr'], ['crew']],
    ['commands below a command', ['ship', 'crew', ''], ['list', 'sign', 'help', '--help', '-h']],
    ['commands for help', ['ship', 'help', 's'], ['sail']],
    ['options of a command alone', ['ship', 'crew', 'list', '--'], ['--name', '--help']],
    ['choices of an option', ['ship', 'sail', '--wind', 'no'], ['north', 'north-west']],
    ['choices of an option by its letter', ['ship', 'sail', '-w', ''], ['north', 'north-west', 'south']],
    ['choices after a sign, as bash takes it apart', ['ship', 'sail', '--wind', '=', 's'], ['south']],
    ['choices after a sign and nothing', ['ship', 'sail', '--wind', '='], ['north', 'north-west', 'south']],
    ['nothing where nobody can guess', ['ship', 'crew', 'list', '--name', ''], []],
    ['files for an option', ['ship', 'sail', '-f', 'a'], ['a chart.yaml']],
    ['files for an argument', ['ship', 'crew', 'sign', 'a'], ['a chart.yaml']],
    ['options after a value', ['ship', 'sail', '-w', 'south', '--c'], ['--chart']],
    ['nothing that is typed to run', ['ship', 'sail', '-f', '$(touch ran)'], []],
  ])('offers %s', (_what, words, offered) => {
    expect(offers(bashCompletion('ship', wordsOf(ship())), [words])).toEqual([offered])
  })

  it('offers the commands of portolan and what they take', async () => {
    const { stdout } = await runCommand(['completion', 'bash'])
    const lines = [
      ['portolan', 'serv'],
      ['portolan', 'completion', 'b'],
      ['portolan', 'version', '-o', 'j'],
    ]
    expect(offers(stdout, lines)).toEqual([expect.arrayContaining(['serve']), ['bash'], ['json']])
  })
})

it('in zsh a word comes with what it means', () => {
  const script = zshCompletion('ship', wordsOf(ship()))
  expect(script).toContain("'crew:Those who sail: the captain'\\''s own'")
  expect(script).toContain("'ship sail --wind'|'ship sail -w') compadd -- 'north' 'north-west' 'south'; return ;;")
  expect(script).toContain("'ship sail --chart'|'ship sail -f') _files; return ;;")
  expect(script).not.toContain('secret')
})

it('in fish a word is offered at its command alone', () => {
  const lines = fishCompletion('ship', wordsOf(ship())).split('\n')
  expect(lines).toContain("complete -c ship -n '__ship_at \\'ship\\'' -a crew -d 'Those who sail: the captain\\'s own'")
  expect(lines).toContain(
    "complete -c ship -n '__ship_at \\'ship sail\\'' -l wind -s w -x -a 'north north-west south' -d 'from where'",
  )
  expect(lines).toContain("complete -c ship -n '__ship_at \\'ship sail\\'' -l chart -s f -r -F -d 'by this chart'")
  expect(lines).toContain("complete -c ship -n '__ship_at \\'ship crew sign\\'' -F")
})

it('in PowerShell letters are told from capitals, and quotes doubled', () => {
  const script = powershellCompletion('ship', wordsOf(ship()))
  expect(script).toContain("$below['ship'] = @('crew=Those who sail: the captain''s own'")
  expect(script).toContain("$values['ship sail -w'] = @('north=north', 'north-west=north-west', 'south=south')")
  expect(script).toContain("'-N=at night'")
})

it.each(['bash', 'zsh', 'fish', 'powershell'])('is printed for %s', async (shell) => {
  const { exitCode, stdout, stderr } = await runCommand(['completion', shell])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(/serve/)
})
