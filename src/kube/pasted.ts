/**
 * What a text is that holds no manifest: what people paste, pipe or post by mistake. A row tells by what it is known
 * and what to send instead. Asked only where reading failed or found no Service, so that nothing that can be read is
 * ever refused by it; and nothing is repeated of the text but a line's number and a word that is no secret.
 *
 * @module
 */
type Row = {
  name: string
  /** Looked for in the beginning of the text. */
  sign: RegExp
  /** Whether it still holds, looking at the whole. */
  unless?: RegExp
  /** `line`: that of the sign. */
  tell: (line: number, match: RegExpExecArray) => string
}

/** Characters that are looked at, at the beginning and, for what may stand anywhere, at the end. */
const HEAD = 20_000
const TAIL = 4_000

const always = (text: string) => (): string => text
const GET_YAML = 'kubectl get svc,endpointslices,ingress,nodes,pods -o yaml'

const ROWS: readonly Row[] = [
  {
    name: 'a form',
    sign: /^--[-\w]{4,}\r?\nContent-Disposition:/i,
    tell: always('This is a form, as curl -F sends it. Send the file itself: --data-binary @FILE.'),
  },
  {
    name: 'URL encoding',
    sign: /apiVersion(%3A|=)[^\n]*kind/i,
    tell: always('This is encoded for a URL. Send the text as it is: --data-binary @FILE.'),
  },
  {
    name: 'a page of HTML',
    sign: /^\s*<(!doctype html|html|head|body)\b/i,
    tell: always(
      'This is an HTML page, perhaps a sign-in or an error page. Send the manifest itself, as YAML or JSON.',
    ),
  },
  {
    name: 'XML',
    sign: /^\s*<[?!a-z]/i,
    tell: always('This looks like HTML or XML. Send the manifest itself, as YAML or JSON.'),
  },
  {
    name: 'a Markdown fence',
    sign: /^[ \t>]*(```|~~~)/m,
    tell: (line) => `Line ${line} is a Markdown code fence. Send only what stands between the fences.`,
  },
  {
    name: 'an error of kubectl',
    sign: /^(?:Error from server(?: \((\w+)\))?|error: |No resources found|The connection to the server|Unable to connect to the server|Unable to use a TTY|You must be logged in|Error: unknown|bash: |zsh: |sh: \d+: |-bash: )/m,
    tell: (line, [, reason]) =>
      `Line ${line} is a message of kubectl or the shell${reason === undefined ? '' : ` (${reason})`}, not an object. ` +
      `Mend what it says, then send what ${GET_YAML} prints, without its errors (no 2>&1).`,
  },
  {
    name: 'a log line of kubectl',
    sign: /^(?:[EWI]\d{4} \d\d:\d\d:\d\d\.\d+ |Warning: )/m,
    tell: (line) => `Line ${line} is a message of kubectl's, not an object. Send what it prints without it (no 2>&1).`,
  },
  {
    name: 'kubectl describe',
    sign: /^Name:[ \t]+\S+[ \t]*\r?\n(?:[A-Z][\w ]*:.*\r?\n)*?(?:Namespace|Labels|Roles|Annotations|Selector|Address):/m,
    tell: always(`This is what kubectl describe prints. Send objects: ${GET_YAML}.`),
  },
  {
    name: 'a table of kubectl get',
    sign: /^(?:NAMESPACE[ \t]+)?NAME[ \t]+[A-Z][A-Z()/ -]+|^\S+[ \t]+(?:ClusterIP|NodePort|LoadBalancer|ExternalName)[ \t]+\S+[ \t]+\S+[ \t]+\S+/m,
    unless: /^(apiVersion|kind):/m,
    tell: always(`This is a table, as kubectl get prints it. Ask for objects: ${GET_YAML}.`),
  },
  {
    name: 'names of objects',
    sign: /^(?:service|pod|endpoints|node|ingress|deployment)(?:\.[\w.]+)?\/[\w.-]+(?:\s+[\w.]+\/[\w.-]+)*\s*$/,
    tell: always(`These are names, as kubectl get -o name prints them. Ask for the objects: ${GET_YAML}.`),
  },
  {
    name: 'a map of Go',
    sign: /^map\[/,
    tell: always('This is a map as Go prints it. Ask kubectl for -o yaml or -o json instead of a template.'),
  },
  {
    name: 'a difference',
    sign: /^(?:diff --git |diff -|index [0-9a-f]{7}|\+\+\+ |@@ .* @@|\+(?:apiVersion|kind|metadata|spec):)/m,
    tell: (line) => `Line ${line} is of a difference (diff). Send the file itself, without the + and - in front.`,
  },
  {
    name: 'a shell prompt',
    sign: /^[ \t]*(?:[$%❯➜][ \t]+|PS(?: [A-Za-z]:[^>\n]*)?>[ \t]*|[A-Za-z]:\\[^>\n]*>|\[?[\w.-]+@[\w.-]+[^\n$#%]*[$#%][ \t]+)\S/m,
    tell: (line) => `Line ${line} begins with a shell prompt. Send what the command prints, not the command.`,
  },
  {
    name: 'a command',
    sign: /^\s*(kubectl|oc|helm|cat|curl|k|sudo|echo|kustomize)[ \t]+[^\n]+/,
    tell: (line, [, word]) => `Line ${line} is a command (${word}). Send what it prints, not the command.`,
  },
  {
    name: 'a here-document',
    sign: /^EOF[ \t]*\r?$/m,
    tell: (line) => `Line ${line} is the end of a here-document (EOF). Leave it out.`,
  },
  {
    name: 'the output of helm',
    sign: /^NOTES:[ \t]*\r?$|^LAST DEPLOYED:|^MANIFEST:[ \t]*\r?$/m,
    tell: (line) =>
      `Line ${line} is of what helm prints about a release. Send what \`helm template\` or \`helm get manifest\` prints.`,
  },
  {
    name: 'Terraform',
    sign: /^[ \t]*(?:resource|provider|module|variable|terraform|data|locals|output)(?:[ \t]+"[^"\n]*"){0,2}[ \t]*\{/m,
    tell: always('This is Terraform. Send the objects that it made: kubectl get … -o yaml.'),
  },
  {
    name: 'a Dockerfile',
    sign: /^FROM[ \t]+[\w./:@-]+(?:[ \t]+AS[ \t]+[\w-]+)?[ \t]*\r?$/m,
    unless: /^apiVersion:/m,
    tell: always('This is a Dockerfile. Send Kubernetes objects, as YAML or JSON.'),
  },
  {
    name: 'escaped line breaks',
    sign: /apiVersion: ?[\w./]+\\n/,
    tell: always('The line breaks are written as \\n, as within JSON. Send the text itself, with real line breaks.'),
  },
  {
    name: 'lost line breaks',
    sign: /^(?!\s*[{["'])(?=[^\n]*apiVersion:)(?=[^\n]*kind:)[^\n]*\n?$/,
    tell: always('The line breaks are lost: curl -d @FILE removes them. Use --data-binary @FILE.'),
  },
  {
    name: 'a file name',
    sign: /^\s*@?(?:file:\/\/)?[^\s:{}[\]]*\.(?:ya?ml|json)\s*$/i,
    tell: always('This is the name of a file, not what is in it. curl sends the content with --data-binary @FILE.'),
  },
  {
    name: 'a name with @',
    sign: /^\s*@\S+\s*$/,
    tell: always('This is the name of a file, not what is in it. curl sends the content with --data-binary @FILE.'),
  },
  {
    name: 'a URL',
    sign: /^\s*https?:\/\/\S+\s*$/i,
    tell: always('This is a URL, and it is not fetched. Send what it leads to: curl -s URL | curl --data-binary @- ….'),
  },
  {
    name: 'Base64',
    sign: /^\s*(?=[A-Za-z0-9+/]{24})[A-Za-z0-9+/\s]*={0,2}\n$/,
    tell: always('This looks like Base64. Decode it first: base64 -d.'),
  },
  {
    name: 'line numbers',
    sign: /^[ \t]*1[ \t:|.)]+[^\n]*\n[ \t]*2[ \t:|.)]+[^\n]*\n[ \t]*3[ \t:|.)]/,
    tell: always('There are line numbers in front of the lines. Leave them out.'),
  },
  {
    name: 'Docker Compose',
    sign: /^services:[ \t]*\r?$/m,
    unless: /^(apiVersion|kind):/m,
    tell: always('This is a file of Docker Compose. Send the Kubernetes objects, as `kompose convert` makes them.'),
  },
  {
    name: 'a kustomization',
    sign: /^(?:kind:[ \t]*Kustomization|resources:[ \t]*\r?\n[ \t]*- )/m,
    unless: /^kind:[ \t]*(?!Kustomization)\w/m,
    tell: always('This is a kustomization. Send what it makes: kubectl kustomize FOLDER.'),
  },
  {
    name: 'values of a chart',
    sign: /^(?:replicaCount|nameOverride|fullnameOverride):/m,
    unless: /^(apiVersion|kind):/m,
    tell: always('These are the values of a Helm chart. Send what `helm template` prints.'),
  },
  {
    name: 'comments in JSON',
    sign: /^\s*[{[]\s*(?=["{[/])(?:[^"]|"(?:[^"\\\n]|\\.)*")*?(?<![:\w])(\/\/|\/\*)/,
    tell: (_line, match) => `JSON has no comments: leave out what begins with ${match[1]}.`,
  },
]

/** Characters that look like a space, or like nothing, and are none to YAML. */
const ODD_SPACES: Readonly<Record<string, string>> = {
  '\u00a0': 'a no-break space',
  '\u00ad': 'a soft hyphen',
  '\u1680': 'an ogham space',
  '\u180e': 'a Mongolian vowel separator',
  '\u2000': 'an en quad',
  '\u2001': 'an em quad',
  '\u2002': 'an en space',
  '\u2003': 'an em space',
  '\u2004': 'a three-per-em space',
  '\u2005': 'a four-per-em space',
  '\u2006': 'a six-per-em space',
  '\u2007': 'a figure space',
  '\u2008': 'a punctuation space',
  '\u2009': 'a thin space',
  '\u200a': 'a hair space',
  '\u200b': 'a zero-width space',
  '\u200c': 'a zero-width non-joiner',
  '\u200d': 'a zero-width joiner',
  '\u200e': 'a left-to-right mark',
  '\u200f': 'a right-to-left mark',
  '\u202f': 'a narrow no-break space',
  '\u205f': 'a medium mathematical space',
  '\u2060': 'a word joiner',
  '\u3000': 'an ideographic space',
  '\ufeff': 'a byte order mark',
}
const ODD = new RegExp(`[${Object.keys(ODD_SPACES).join('')}]`)
/** In front of a line, or around the colon of its key: where they make another text of it. */
const ODD_PLACE = new RegExp(
  `^[^\\S\\n]*(?:- *)*${ODD.source}|^[^"'#\\n]*:${ODD.source}|^[^"'#\\n:]*${ODD.source}:`,
  'm',
)
const SMART_QUOTE = /(?:: *|^ *- *|[[{,] *)([\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb])/m

/** What the text looks like, and what to send instead; `null`: nothing known. */
export function recognise(text: string): string | null {
  const start = `${text.slice(0, HEAD).trimEnd()}\n`
  return oddSpace(text) ?? known(start, ROWS, 0) ?? smartQuote(start) ?? atTheEnd(text)
}

function known(part: string, rows: readonly Row[], linesBefore: number): string | null {
  for (const { sign, unless, tell } of rows) {
    const match = sign.exec(part)
    if (match === null || unless?.test(part)) continue
    const indent = match[0].length - match[0].trimStart().length
    return tell(linesBefore + lineAt(part, match.index + indent), match)
  }
  return null
}

/** Messages and prompts behind a long text. */
function atTheEnd(text: string): string | null {
  const from = text.length <= HEAD ? -1 : text.indexOf('\n', text.length - TAIL)
  if (from === -1) return null
  const rows = ROWS.filter(({ sign, unless }) => sign.multiline && unless === undefined)
  return known(text.slice(from + 1), rows, lineAt(text, from))
}

function oddSpace(text: string): string | null {
  const match = ODD_PLACE.exec(text)
  const character = match === null ? undefined : ODD.exec(match[0])?.[0]
  if (match === null || character === undefined) return null
  const name = `${ODD_SPACES[character]} (${codeOf(character)})`
  return `Line ${lineAt(text, match.index)} holds ${name} where a space should be. Replace it by a plain space.`
}

function smartQuote(text: string): string | null {
  const match = SMART_QUOTE.exec(text)
  if (match === null) return null
  const line = lineAt(text, match.index)
  return `Line ${line} holds a typographic quote (${codeOf(match[1] ?? '')}), as word processors write it. Use " or '.`
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
