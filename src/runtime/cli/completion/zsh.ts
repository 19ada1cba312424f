import { brief, type CommandWords, type OptionWords, type Value } from './words.ts'

export function zshCompletion(name: string, commands: readonly CommandWords[]): string {
  return `#compdef ${name}
# zsh completion of ${name}. Load it with: source <(${name} completion zsh)
# or put it into a folder of $fpath, as _${name}.

_${name}() {
  local at=2 command='${name}' before=\${words[CURRENT-1]}
  local -a below
  while ((at < CURRENT)); do
    case "$command \${words[at]}" in
      ${commands
        .slice(1)
        .map(({ path }) => quoted(path))
        .join('|')}) command="$command \${words[at]}" ;;
      *) break ;;
    esac
    ((at++))
  done
  case "$command $before" in
${commands.flatMap(({ path, options }) => options.flatMap((option) => valueCase(path, option))).join('\n')}
  esac
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
}

# Sourced, it is to be told of; in a folder of $fpath, it is called
if [[ \${funcstack[1]} == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** A colon parts a word from what it means. */
const described = (word: string, meaning: string): string => quoted(`${word.replaceAll(':', '\\:')}:${brief(meaning)}`)

const taken = ({ choices, isFile }: Value): string =>
  isFile ? '_files' : choices.length > 0 ? `compadd -- ${choices.map(quoted).join(' ')}` : ':'

const valueCase = (path: string, { names, value }: OptionWords): string[] =>
  value === null ? [] : [`    ${names.map((each) => quoted(`${path} ${each}`)).join('|')}) ${taken(value)}; return ;;`]

function commandCase({ path, commands, options, argument }: CommandWords): string {
  const words = [
    ...commands.map((each) => described(each.name, each.meaning)),
    ...argument.choices.map((choice) => described(choice, '')),
    ...options.flatMap((option) => option.names.map((each) => described(each, option.meaning))),
  ]
  return `    ${quoted(path)})
      below=(
${words.map((word) => `        ${word}`).join('\n')}
      )
      _describe '${path}' below${argument.isFile ? '\n      _files' : ''}
      ;;`
}
