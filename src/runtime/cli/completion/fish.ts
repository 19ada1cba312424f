import { brief, type CommandWords, type OptionWords, type Value } from './words.ts'

export function fishCompletion(name: string, commands: readonly CommandWords[]): string {
  return `# fish completion of ${name}. Load it with: ${name} completion fish | source
# or put it into ~/.config/fish/completions/${name}.fish.

# Tells whether the command that is typed is this one
function __${name}_at
  set -l command ${name}
  for word in (commandline -opc)[2..]
    switch "$command $word"
      case ${commands
        .slice(1)
        .map(({ path }) => quoted(path))
        .join(' ')}
        set command "$command $word"
      case '*'
        break
    end
  end
  test "$command" = "$argv[1]"
end

complete -c ${name} -f
${commands.flatMap((each) => linesOf(name, each)).join('\n')}
`
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const taken = ({ choices, isFile }: Value): string =>
  isFile ? ' -r -F' : choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ' -x'

function linesOf(name: string, { path, commands, options, argument }: CommandWords): string[] {
  const start = `complete -c ${name} -n ${quoted(`__${name}_at ${quoted(path)}`)}`
  return [
    ...commands.map((each) => `${start} -a ${each.name} -d ${quoted(brief(each.meaning))}`),
    ...options.map((option) => `${start}${flags(option)} -d ${quoted(brief(option.meaning))}`),
    ...(argument.choices.length > 0 ? [`${start} -a ${quoted(argument.choices.join(' '))}`] : []),
    ...(argument.isFile ? [`${start} -F`] : []),
  ]
}

const flags = ({ names, value }: OptionWords): string =>
  names.map((each) => (each.startsWith('--') ? ` -l ${each.slice(2)}` : ` -s ${each.slice(1)}`)).join('') +
  (value === null ? '' : taken(value))
