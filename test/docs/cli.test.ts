/** Every line of the documentation that runs `portolan` is one that the program understands. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { documentedProgram, helpOf } from '../../scripts/cli-page.ts'
import { everyCommand, pathOf } from '../../src/runtime/cli/program.ts'

const FILES = execFileSync(
  'git',
  ['ls-files', '--', 'README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'docs', 'examples', 'deploy'],
  {
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => /\.(md|sh|ya?ml|txt)$/.test(file) && !/^docs\/(adr\/|cli\.md)/.test(file))

/** Fenced blocks and spans of code of a page; a script is code as a whole. Lines that go on are one. */
function codeOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  if (!file.endsWith('.md')) {
    return text
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .filter((line) => !/^\s*#/.test(line))
  }
  const blocks = [...text.matchAll(/^ *```(?:sh|bash|shell|console|yaml)?\n([\s\S]*?)^ *```/gm)].map(
    ([, block = '']) => block,
  )
  const spans = [...text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return [...blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, ' ').split('\n')), ...spans]
}

/** Words of a shell, as far as examples go: quotes, and what is set before a command. */
const wordsOf = (line: string): string[] =>
  (line.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []).map((word) => word.replaceAll(/['"]/g, ''))

/** The simple commands of a line that call the program, from its arguments on. */
function callsIn(line: string): string[][] {
  const simple = line
    .replace(/\s#\s.*$/, '')
    .replaceAll(/'[^']*'/g, (quoted) => quoted.replaceAll(/[|;&<>()]/g, '_'))
    .split(/\|\|?|&&|;|\$\(|[()`]|\s\d?[<>]&?\S*/)
  return simple.flatMap((each) => {
    const words = wordsOf(each.replace(/^\s*(- )?(run|command|args): /, '').replace(/^\s*[$>] /, ''))
    const first = words.findIndex((word) => !/^[A-Z_]+=/.test(word) && word !== 'npx' && word !== 'exec')
    const [name, next] = words.slice(first)
    if (name === 'kubectl' && next === 'portolan') {
      return [words.slice(first + 2)]
    }
    return name === 'portolan' ? [words.slice(first + 1)] : []
  })
}

/** The arguments of a container, where they begin with a command. */
const argsIn = (line: string): string[][] => {
  const words =
    /\bargs: \[(.*)\]$/
      .exec(line)?.[1]
      ?.split(', ')
      .map((word) => word.replaceAll(/^"|"$/g, '')) ?? []
  return names.has(words[0] ?? '') ? [words] : []
}
const names = new Set(documentedProgram().commands.map((command) => command.name()))

/** Prose has words in the place of words: they stand for any. */
const isComplete = (words: readonly string[]): boolean =>
  words.length > 0 && !words.some((word) => /…|^\.\.\.$/.test(word) || word === 'COMMAND')

/** Why the program does not understand it; `null`: it does. Nothing is done. */
async function misread(words: readonly string[]): Promise<string | null> {
  const program: Command = documentedProgram()
  for (const command of everyCommand(program)) {
    command.action(() => undefined)
  }
  const [first, ...rest] = words
  const asked = first === 'help' ? [...rest, '--help'] : [...words]
  try {
    await program.parseAsync(asked, { from: 'user' })
    return null
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string }
    return ['commander.helpDisplayed', 'commander.version'].includes(code) ? null : message
  }
}

const lines = FILES.flatMap((file) =>
  codeOf(file).flatMap((line) => [...callsIn(line), ...argsIn(line)].map((words) => ({ file, words }))),
)
/** A job of a CI system may be called so as well. */
const complete = lines.filter(({ words }) => isComplete(words) && /^-?[a-z]/.test(words[0] ?? ''))

describe('every line that runs portolan', () => {
  it('is there', () => {
    expect(complete.length).toBeGreaterThan(3)
  })

  it.each(complete.map(({ file, words }) => [words.join(' '), file, words] as const))(
    'portolan %s, in %s, is understood',
    async (_line, _file, words) => {
      expect(await misread(words)).toBeNull()
    },
  )
})

const commands = everyCommand(documentedProgram()).filter(({ commands: below }) => below.length === 0)

describe.each(commands.map((command) => [pathOf(command), command] as const))('the examples of %s', (path, command) => {
  const examples = /^Examples:\n((?: .*\n)+)/m.exec(helpOf(command))?.[1] ?? ''
  // What a line is for stands after two spaces
  const calls = examples.split('\n').flatMap((line) => callsIn(line.trim().replace(/ {2,}.*$/, '')))

  it('are there, and call it', () => {
    expect(examples, 'no example').not.toBe('')
    expect(calls.map((words) => words.join(' ')).some((line) => `portolan ${line}`.startsWith(path))).toBe(true)
  })

  it('are understood', async () => {
    const told = await Promise.all(
      calls.filter(isComplete).map(async (words) => [words.join(' '), await misread(words)]),
    )
    expect(told.filter(([, why]) => why !== null)).toEqual([])
  })
})

it('knows a line that is not understood', async () => {
  expect(callsIn("kubectl get svc -o yaml | X=1 portolan check -f - --wiat '3 s' >out.txt # so")).toEqual([
    ['check', '-f', '-', '--wiat', '3 s'],
  ])
  expect(await misread(['check', '--wiat', '3'])).toMatch(/unknown option/)
  expect(await misread(['chekc'])).toMatch(/unknown command/)
})
