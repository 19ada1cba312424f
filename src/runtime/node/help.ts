import { KUBECTL_CORE } from '../../kube/hand-over.ts'
import { SERVER_SETTING_NAMES } from '../setting-shapes.ts'
import { SETTINGS } from '../settings.ts'

const WIDTH = 100
const INDENT = 36

/** Words in lines of at most `width`. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) {
      lines.push(word)
    } else {
      lines[lines.length - 1] = `${last} ${word}`
    }
  }
  return lines
}

const settingLines = SERVER_SETTING_NAMES.filter((name) => SETTINGS[name].readBy.includes('node')).flatMap((name) => {
  const { default: standard, meaning } = SETTINGS[name]
  const lines = wrapped(standard === null ? meaning : `${meaning} (${standard})`, WIDTH - INDENT)
  return lines.map((line, at) => `  ${(at === 0 ? name : '').padEnd(INDENT - 2)}${line}`)
})

/** The text that `npm start -- --help` prints. */
export const HELP = `Usage: npm start [-- OPTION]

Serves the API of Portolan until Ctrl-C or SIGTERM. The line of the log whose event is
"listening" says where.

  -h, --help     this text
  -v, --version  the version

Settings are environment variables; an unknown name or a value that does not fit stops the start.
What each is without being set stands in brackets.

  npm start                                   http://127.0.0.1:8080, no token, data/portolan.db
  PORTOLAN_PORT=0 npm start                   on a free port
  PORTOLAN_EGRESS_ALLOW=127.0.0.0/8 npm start may also probe this machine
  PORTOLAN_KUBECONFIG=$HOME/.kube/config npm start
                                              reads the cluster of its current context
  PORTOLAN_HOST=0.0.0.0 PORTOLAN_ADMIN_TOKEN=$(openssl rand -hex 24) npm start

${settingLines.join('\n')}

Then, with any kubectl that can read (the API itself is at /docs, a first walk in docs/getting-started.md):

  ${KUBECTL_CORE} |
    curl -sS --data-binary @- -H 'content-type: application/yaml' \\
      "http://127.0.0.1:8080/v1/jobs?service=NAME&wait=60&format=text"

Exit codes: 0 it was told to end and has; 1 it failed; 2 it refused to start, and one line says why.
npm run demo shows it at work with no cluster.
`
