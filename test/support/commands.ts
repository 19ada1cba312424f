/** A command of a finding must be parsed by a shell as one reads it, and do nothing but look. */
import type { Finding } from '../../src/diagnose/finding.ts'
import type { PlannedPath } from '../../src/plan/path.ts'

const PROGRAMS = new Set([
  'kubectl',
  'curl',
  'nslookup',
  'nc',
  'openssl',
  'cat',
  'grep',
  'ping',
  'head',
  'xxd',
  'printf',
])
const READS = new Set(['get', 'describe', 'logs', 'top', 'exec'])
/** A fix that is written as a command may also make these changes: it is asked for by name, and can be taken back. */
const CHANGES = new Set(['scale', 'label', ...READS])
const LOOKS = /^(printenv \S+|cat \S+|sh -c '(ss|netstat) [^']*')$/

/** Words of each simple command; `null`: a shell would read it otherwise than a person. */
function commandsOf(line: string): string[][] | null {
  const commands: string[][] = [[]]
  let word = ''
  let quote: string | null = null
  const end = () => {
    if (word !== '') {
      commands.at(-1)?.push(word)
    }
    word = ''
  }
  const text = line.replaceAll('</dev/null', '').replace(/ # .*$/, '')
  for (const char of text) {
    if (quote !== null) {
      if (char === quote) {
        quote = null
      }
      word += char
    } else if (char === "'" || char === '"') {
      quote = char
      word += char
    } else if (char === ' ') {
      end()
    } else if (char === ';' || char === '|') {
      end()
      commands.push([])
    } else if ('*?[]{}$<>`()!&~#\\'.includes(char)) {
      return null
    } else {
      word += char
    }
  }
  end()
  return quote === null ? commands.filter((each) => each.length > 0) : null
}

function complaintsOf(words: readonly string[], paths: readonly PlannedPath[]): string[] {
  const [program = '', verb = ''] = words
  const text = words.join(' ')
  const reached = new Set(
    paths.filter(({ kind }) => kind === 'Endpoint' || kind === 'NodePort').map(({ address }) => address),
  )
  return [
    ...(PROGRAMS.has(program) ? [] : [`runs ${program}`]),
    ...(program === 'kubectl' && !READS.has(verb) ? [`kubectl ${verb}`] : []),
    ...(verb === 'exec' && !LOOKS.test(text.slice(text.indexOf(' -- ') + 4)) ? ['does more than look'] : []),
    ...(program === 'ping' && !words.some((word) => reached.has(word)) ? ['pings what no machine has'] : []),
    ...(/\b(undefined|(?<!dev\/)null|NaN)\b/.test(text) ? ['names nothing'] : []),
    ...(/ (delete|apply|edit|patch|drain|cordon|run|rollout) /.test(` ${text} `) && program === 'kubectl'
      ? ['changes something']
      : []),
  ]
}

/** Tells whether a request to the host of an Ingress goes to the controller that was asked. */
const isDialled = (words: readonly string[], paths: readonly PlannedPath[]): boolean =>
  words[0] !== 'curl' ||
  words.includes('--resolve') ||
  words.includes('--connect-to') ||
  !paths.some(
    ({ kind, host, address }) =>
      kind === 'Ingress' && host !== null && host !== address && words.some((word) => word.includes(`//${host}`)),
  )

/** Returns what is wrong with the commands of a finding; empty if nothing is. */
export function unsafeIn({ code, confirm, fix }: Finding, paths: readonly PlannedPath[]): string[] {
  const commands = commandsOf(confirm)
  const asFix = fix.match(/kubectl (\w[\w-]*)[^.]*/g) ?? []
  return [
    ...(commands === null ? ['a shell reads it otherwise'] : []),
    ...(commands ?? []).flatMap((words) => [
      ...complaintsOf(words, paths),
      ...(isDialled(words, paths) ? [] : ['goes by public DNS']),
    ]),
    ...asFix.filter((each) => !CHANGES.has(each.split(' ')[1] ?? '') || /--all\b|--force\b/.test(each)),
  ].map((complaint) => `${code}: ${complaint} in: ${confirm} / ${fix}`)
}
