/**
 * The server that is named: whether it answers, to whom, and what its clock says.
 *
 * @module
 */
import type { Client } from '../../../client/index.ts'
import { toldToUser } from '../check/open.ts'
import { CliError } from '../exit.ts'
import { type Line, line } from './line.ts'

/** Its answers tell whole seconds, so that less is no difference. */
const CLOCK_DIFFERENCE_MS = 5_000

/** Needed for `check --server`. */
const TO_CHECK = 'jobs:write'

export async function serverLines(
  client: Client,
  server: string,
  now: () => number,
): Promise<{ lines: Line[]; isWell: boolean }> {
  try {
    const askedMs = now()
    const { data, response } = await client.withResponse.getLivez()
    const answeredMs = now()
    if (typeof data.version !== 'string') {
      return {
        lines: [line('wrong', 'server', `${server} answers, and is no Portolan: is its address right?`)],
        isWell: false,
      }
    }
    const answers = line(
      'ok',
      'server',
      `${server} answers, ${data.version}, in ${Math.round(answeredMs - askedMs)} ms`,
    )
    const clock = clockLine(response.headers.get('date'), (askedMs + answeredMs) / 2)
    const token = await tokenLine(client)
    return { lines: [answers, ...clock, token], isWell: token.state !== 'wrong' }
  } catch (error) {
    return { lines: [line('wrong', 'server', messageOf(error, server))], isWell: false }
  }
}

function messageOf(error: unknown, server: string): string {
  const told = toldToUser(error, server)
  if (told instanceof CliError) {
    return told.message
  }
  throw error
}

function clockLine(date: string | null, hereMs: number): Line[] {
  const thereMs = Date.parse(date ?? '')
  if (Number.isNaN(thereMs)) {
    return []
  }
  const seconds = Math.round(Math.abs(thereMs - hereMs) / 1000)
  return Math.abs(thereMs - hereMs) <= CLOCK_DIFFERENCE_MS
    ? [line('ok', 'clock', 'it and this machine have the same time')]
    : [
        line(
          'remark',
          'clock',
          `it is ${seconds} s ${thereMs > hereMs ? 'ahead of' : 'behind'} this machine`,
          'Set both by NTP: tokens that others sign, and windows of reports, go by the clock.',
        ),
      ]
}

async function tokenLine(client: Client): Promise<Line> {
  try {
    const { id, name, scopes, namespaces, expiresAt } = await client.whoami()
    const who = name === id ? id : `${name} (${id})`
    const bounds = namespaces === null ? '' : `, in ${namespaces.join(', ')}`
    const says = `asks as ${who}: ${scopes.join(', ')}${bounds}${expiresAt === null ? '' : `, until ${expiresAt}`}`
    return scopes.includes(TO_CHECK) || scopes.includes('admin')
      ? line('ok', 'token', says)
      : line('remark', 'token', says, `check --server needs one with the scope ${TO_CHECK}.`)
  } catch (error) {
    return line('wrong', 'token', messageOf(error, 'it'))
  }
}
