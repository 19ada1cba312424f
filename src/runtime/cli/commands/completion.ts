import { Argument, type Command } from 'commander'
import type { AddCommand } from '../command.ts'
import type { CommandWords } from '../completion/words.ts'
import { EXIT } from '../exit.ts'
import { withExamples } from '../help-text.ts'

type Script = (name: string, commands: readonly CommandWords[]) => string

const SHELLS: Readonly<Record<string, () => Promise<Script>>> = {
  bash: async () => (await import('../completion/bash.ts')).bashCompletion,
  zsh: async () => (await import('../completion/zsh.ts')).zshCompletion,
  fish: async () => (await import('../completion/fish.ts')).fishCompletion,
  powershell: async () => (await import('../completion/powershell.ts')).powershellCompletion,
}

export const completionCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('completion')
    .summary('Print a script that completes commands and options in a shell.')
    .description(
      'Prints a script that completes the commands and options of portolan when Tab is pressed. It holds all of them, so ' +
        'that Tab starts nothing. Print it again after an upgrade.',
    )
    .addArgument(new Argument('<shell>', 'for which shell').choices(Object.keys(SHELLS)))
    .action(async (shell: keyof typeof SHELLS) => {
      io.stdout.write(await completionFor(program, shell))
      ended(EXIT.pass)
    })
  withExamples(command, [
    ['source <(portolan completion bash)', 'in ~/.bashrc'],
    ['source <(portolan completion zsh)', 'in ~/.zshrc, after compinit'],
    ['portolan completion fish | source', 'in ~/.config/fish/config.fish'],
    ['portolan completion powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
  ])
}

async function completionFor(program: Command, shell: string): Promise<string> {
  const [{ wordsOf }, script] = await Promise.all([import('../completion/words.ts'), SHELLS[shell]?.()])
  return script?.('portolan', wordsOf(program)) ?? ''
}
