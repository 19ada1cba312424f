import type { CommandWords, Value } from './words.ts'

/** Runs on bash 3.2, which macOS has, as well. */
export function bashCompletion(name: string, commands: readonly CommandWords[]): string {
  return `# bash completion of ${name}. Load it with: source <(${name} completion bash)

# What stands below a command: words, and :file where names of files do
_${name}_words() {
  case "$1" in
${commands.map(wordsCase).join('\n')}
  esac
}

# What an option of a command takes: words, or :file, or :any; nothing where it takes none
_${name}_value() {
  case "$1" in
${commands.flatMap(valueCases).join('\n')}
  esac
}

_${name}() {
  local word offered= path='${name}' at=1 current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  while ((at < COMP_CWORD)); do
    case "$path \${COMP_WORDS[at]}" in
      ${casesOf(commands.slice(1).map(({ path }) => path))}) path="$path \${COMP_WORDS[at]}" ;;
      *) break ;;
    esac
    ((at++))
  done
  # bash takes --output=json apart at the sign
  if [[ $current == = ]]; then
    current=
  elif [[ $before == = ]]; then
    before="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if [[ $before == -* ]]; then
    offered="$(_${name}_value "$path $before")"
  fi
  if [[ -z $offered ]]; then
    offered="$(_${name}_words "$path")"
  fi
  while IFS= read -r word; do
    case "$word" in :any | :file) ;; *) COMPREPLY+=("$word") ;; esac
  done < <(compgen -W "$offered" -- "$current")
  if [[ " $offered " == *' :file '* && $current != -* ]]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
    compopt -o filenames 2>/dev/null
  fi
}

complete -F _${name} ${name}
`
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
const casesOf = (paths: readonly string[]): string => paths.map(quoted).join('|')

const wordsCase = ({ path, commands, options, argument }: CommandWords): string => {
  const words = [
    ...commands.map((each) => each.name),
    ...argument.choices,
    ...(argument.isFile ? [':file'] : []),
    ...options.flatMap((option) => option.names),
  ]
  return `    ${quoted(path)}) echo ${quoted(words.join(' '))} ;;`
}

const valueCases = ({ path, options }: CommandWords): string[] =>
  options.flatMap(({ names, value }) =>
    value === null ? [] : [`    ${casesOf(names.map((each) => `${path} ${each}`))}) echo ${quoted(taken(value))} ;;`],
  )

const taken = ({ choices, isFile }: Value): string =>
  isFile ? ':file' : choices.length > 0 ? choices.join(' ') : ':any'
