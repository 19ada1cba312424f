/**
 * The words of the program, as the scripts that complete them need them. They hold all of them: nothing is started, and
 * nothing that is typed is run, when Tab is pressed.
 *
 * @module
 */
import type { Argument, Command, Option } from 'commander'

/** Says what may be typed next: one of `choices`, the name of a file, or something that cannot be completed. */
export type Value = { choices: readonly string[]; isFile: boolean }

export type OptionWords = {
  /** `--file`, `-f`: each with its dashes. */
  names: readonly string[]
  meaning: string
  /** Null if the option takes no value. */
  value: Value | null
}

export type CommandWords = {
  /** `portolan`, `portolan schedules`, `portolan schedules get`. */
  path: string
  /** Its own name and summary, in the list of the command above it. */
  commands: readonly { name: string; meaning: string }[]
  options: readonly OptionWords[]
  argument: Value
}

/** Lists the words of a command and of all commands below it. */
export function wordsOf(command: Command, above = ''): CommandWords[] {
  const path = `${above}${command.name()}`
  const help = command.createHelp()
  const commands = help.visibleCommands(command)
  return [
    {
      path,
      commands: commands.map((each) => ({ name: each.name(), meaning: each.summary() || each.description() })),
      options: help.visibleOptions(command).map(optionWords),
      argument: valueOfArguments(command.registeredArguments),
    },
    ...command.commands.filter((each) => commands.includes(each)).flatMap((each) => wordsOf(each, `${path} `)),
  ]
}

const optionWords = (option: Option): OptionWords => ({
  names: [option.long, option.short].filter((name) => name != null),
  meaning: option.description,
  value:
    option.required || option.optional
      ? { choices: option.argChoices ?? [], isFile: /<[^>]*(file|folder)/.test(option.flags) }
      : null,
})

const valueOfArguments = (taken: readonly Argument[]): Value => ({
  choices: taken.flatMap((argument) => argument.argChoices ?? []),
  isFile: taken.some((argument) => argument.name().includes('file')),
})

/** The first sentence, in one line. */
export const brief = (meaning: string): string => meaning.replace(/\.( .*)?$/s, '').replaceAll(/\s+/g, ' ')
