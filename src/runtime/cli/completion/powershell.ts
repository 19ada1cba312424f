import { brief, type CommandWords } from './words.ts'

export function powershellCompletion(name: string, commands: readonly CommandWords[]): string {
  return `# PowerShell completion of ${name}. Load it with: ${name} completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName '${name}' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  # What stands below a command, each word with what it means. Hashtables of this kind tell -n from -N
  $below = [System.Collections.Hashtable]::new()
${commands.map(belowOf).join('\n')}
  # What an option of a command takes: names of files are offered where it is empty
  $values = [System.Collections.Hashtable]::new()
${commands.flatMap(valuesOf).join('\n')}
  $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  if ($wordToComplete -ne '') { $words = @($words | Select-Object -SkipLast 1) }
  $command = '${name}'
  foreach ($word in ($words | Select-Object -Skip 1)) {
    if (-not $below.ContainsKey("$command $word")) { break }
    $command = "$command $word"
  }
  $key = "$command $($words[-1])"
  $offered = if ($values.ContainsKey($key)) { $values[$key] } else { $below[$command] }
  $offered | ForEach-Object {
    $word, $meaning = $_ -split '=', 2
    if ($word -clike "$wordToComplete*") {
      [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $meaning)
    }
  }
}
`
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Describes a word, by itself if it has no description, as PowerShell refuses an empty text. */
const described = (word: string, meaning: string): string => quoted(`${word}=${brief(meaning) || word}`)

const assigned = (table: string, key: string, values: readonly string[]): string =>
  `  $${table}[${quoted(key)}] = @(${values.join(', ')})`

const belowOf = ({ path, commands, options, argument }: CommandWords): string =>
  assigned('below', path, [
    ...commands.map(({ name, meaning }) => described(name, meaning)),
    ...argument.choices.map((choice) => described(choice, '')),
    ...options.flatMap(({ names, meaning }) => names.map((name) => described(name, meaning))),
  ])

const valuesOf = ({ path, options }: CommandWords): string[] =>
  options.flatMap(({ names, value }) =>
    value === null
      ? []
      : names.map((name) =>
          assigned(
            'values',
            `${path} ${name}`,
            value.choices.map((choice) => described(choice, '')),
          ),
        ),
  )
