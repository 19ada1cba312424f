/** `/tokens`: who may do what. */
import type { Api, ApiContext } from '../../api/route.ts'
import { PortolanProblem } from '../../client/errors.ts'
import type { Token } from '../../client/schema.ts'
import { hasScope, SCOPES, type Scope } from '../../record/principal.ts'
import { ask } from '../ask.ts'
import { answerPage, form, lookerOf, page } from '../page.tsx'
import { Copy } from '../parts/copy.tsx'
import { Refused } from '../parts/field.tsx'
import { orRefusal, type Refusal, readForm } from '../parts/form.ts'
import { Pager } from '../parts/pager.tsx'
import { State, type StateName } from '../parts/state.tsx'
import { Sure } from '../parts/sure.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { askedOf, hrefWith } from '../query.ts'
import { bodyOfToken, EMPTY_TOKEN, TokenForm, type TokenValues, valuesOfToken } from '../tokens/form.tsx'

const scope = 'tokens:write' as const
const look = { nav: 'tokens', styles: ['admin.css'] } as const
const idOf = (context: ApiContext): string => context.req.param('id') ?? ''
const pathOfToken = (id: string): string => `/tokens/${encodeURIComponent(id)}`

export function mountTokensPages(app: Api): void {
  page(app, { path: '/tokens', scope, api: '/v1/tokens' }, answerList)
  page(app, { path: '/tokens/new', scope }, (context) => answerNew(context, EMPTY_TOKEN, null))
  form(app, { path: '/tokens/new', scope }, async (context) => {
    const sent = await readForm(context)
    const values = valuesOfToken(sent)
    const idempotencyKey = sent.text('key') || crypto.randomUUID()
    const tried = await orRefusal(() => ask(context).createToken(bodyOfToken(values) as never, { idempotencyKey }))
    if ('refusal' in tried) {
      const isUsed = tried.refusal.code === 'idempotency_key_reused'
      return answerNew(context, values, tried.refusal, isUsed ? crypto.randomUUID() : idempotencyKey)
    }
    return answerMade(context, tried.done)
  })
  page(app, { path: '/tokens/:id/revoke', scope }, (context) => answerQuestion(context, null))
  form(app, { path: '/tokens/:id/revoke', scope }, async (context) => {
    const tried = await orRefusal(() => ask(context).revokeToken(idOf(context)))
    return 'refusal' in tried ? answerQuestion(context, tried.refusal) : answerRevoked(context, tried.done)
  })
}

const STATES: Readonly<Record<Token['state'], { of: StateName; text: string }>> = {
  active: { of: 'pass', text: 'In force' },
  expired: { of: 'skipped', text: 'Expired' },
  revoked: { of: 'skipped', text: 'Revoked' },
}

async function answerList(context: ApiContext): Promise<Response> {
  const asked = askedOf(context, [])
  const found = await ask(context)
    .listTokens(asked)
    .catch((error) => {
      if (error instanceof PortolanProblem && error.code === 'conflict') {
        return error
      }
      throw error
    })
  if (found instanceof PortolanProblem) {
    return answerPage(
      context,
      { title: 'Tokens', ...look, status: found.status },
      <>
        <h1>Tokens</h1>
        <p class="note">{found.detail}</p>
        <p>
          <a href="/docs/guides/access">Who may do what</a>
        </p>
      </>,
    )
  }
  const { items, nextCursor } = found
  return answerPage(
    context,
    { title: 'Tokens', ...look },
    <>
      <div class="heading">
        <h1>Tokens</h1>
        <a class="button main" href="/tokens/new">
          New token
        </a>
      </div>
      <Bootstrap of={items} />
      <Table
        caption="Tokens that you could have made, newest first"
        columns={['Name', 'State', 'Scopes', 'Reaches', 'Last used', 'Expires', 'Actions'].map((head) => ({ head }))}
        rows={items.map((token) => ({
          cells: [
            <>
              {token.name} <br />
              <span class="quiet">{token.prefix === null ? 'of the environment' : <code>{token.prefix}…</code>}</span>
            </>,
            <State {...STATES[token.state]} />,
            token.scopes.join(', '),
            <Reach of={token} />,
            token.lastUsedAt === null ? (
              'not noted'
            ) : (
              <>
                <Time at={token.lastUsedAt} /> {token.lastUsedFrom === null ? '' : `from ${token.lastUsedFrom}`}
              </>
            ),
            token.expiresAt === null ? 'never' : <Time at={token.expiresAt} />,
            <Actions of={token} />,
          ],
        }))}
      />
      <Pager
        first={asked.cursor === undefined ? null : '/tokens'}
        next={nextCursor === null ? null : hrefWith('/tokens', asked, { cursor: nextCursor })}
      />
    </>,
  )
}

/** The first token stands where many can read it, and is to go once there is another that may do everything. */
function Bootstrap({ of }: { of: readonly Token[] }) {
  const isSet = of.some(({ source, scopes }) => source === 'environment' && scopes.includes('admin'))
  const isOver = of.some(
    ({ source, state, scopes }) => source === 'api' && state === 'active' && scopes.includes('admin'),
  )
  return isSet && isOver ? (
    <p class="note">
      <State of="error" text="Warning" /> PORTOLAN_ADMIN_TOKEN is still set, in the environment of the server, where
      many can read it. Tokens with the scope admin are in force: take it out, and start the server again.
    </p>
  ) : null
}

function Reach({ of: { namespaces, clusters, manifests, egressOnly, rateLimit } }: { of: Token }) {
  const limits = Object.entries(rateLimit ?? {}).filter(([, most]) => most !== null)
  return (
    <ul class="changes">
      <li>{namespaces === null ? 'every namespace' : `namespaces ${namespaces.join(', ')}`}</li>
      {clusters === null ? null : <li>clusters {clusters.join(', ')}</li>}
      {namespaces === null && clusters === null ? null : <li>{manifests ? 'manifests too' : 'live objects only'}</li>}
      {egressOnly === null ? null : <li>dials only {egressOnly.join(', ')}</li>}
      {limits.map(([name, most]) => (
        <li>
          {LIMITS[name] ?? name}: {most}
        </li>
      ))}
    </ul>
  )
}

const LIMITS: Readonly<Record<string, string>> = {
  requestsPerMinute: 'requests a minute',
  jobsUnderWay: 'jobs at once',
  triesPerMinute: 'tries a minute',
}

function Actions({ of: { id, name, source, state } }: { of: Token }) {
  if (source === 'environment') {
    return <>Set by {name} in the environment of the server: it is ended there, not here.</>
  }
  return state === 'active' ? (
    <a class="button" href={`${pathOfToken(id)}/revoke`}>
      Revoke<span class="visually-hidden"> {name}</span>
    </a>
  ) : null
}

/** The scopes that whoever looks may hand on: nothing can be given that they do not have. */
function givable(context: ApiContext): readonly Scope[] {
  const looker = lookerOf(context)
  return SCOPES.filter((each) => looker !== null && hasScope(looker, each))
}

function answerNew(
  context: ApiContext,
  values: TokenValues,
  refusal: Refusal | null,
  key: string = crypto.randomUUID(),
) {
  return answerPage(
    context,
    { title: 'New token', ...look, status: refusal?.status ?? 200 },
    <>
      <p class="quiet">
        <a href="/tokens">Tokens</a>
      </p>
      <h1>New token</h1>
      <TokenForm
        values={values}
        refusal={refusal}
        idempotencyKey={key}
        scopes={givable(context)}
        own={lookerOf(context)}
      />
    </>,
  )
}

/** The only page that has a token in it. It is answered to the form itself, kept by nobody, and shown once. */
async function answerMade(context: ApiContext, { token, name, id }: Token & { token: string }): Promise<Response> {
  const response = await answerPage(
    context,
    { title: 'Token made', ...look, status: 201 },
    <>
      <h1>{name} is made</h1>
      <p>Copy the token now. It is shown only this once, and is not stored: if it is lost, make another.</p>
      <Copy text={token} label="Copy the token" />
      <p>
        It is sent as <code>Authorization: Bearer TOKEN</code>. If it was seen by others,{' '}
        <a href={`${pathOfToken(id)}/revoke`}>revoke it</a>.
      </p>
      <p>
        <a href="/tokens">All tokens</a>
      </p>
    </>,
  )
  response.headers.set('cache-control', 'no-store')
  return response
}

async function answerQuestion(context: ApiContext, refusal: Refusal | null): Promise<Response> {
  const token = await ask(context).getToken(idOf(context))
  const isOwn = lookerOf(context)?.id === token.id
  return answerPage(
    context,
    { title: `Revoke ${token.name}?`, ...look, status: refusal?.status ?? 200 },
    <>
      <Refused of={refusal} />
      <h1>Revoke {token.name}?</h1>
      {token.source === 'environment' ? (
        <p class="note">
          This token is set by {token.name} in the environment of the server, and cannot be revoked here. Take it out
          there, or set it to another value, and start the server again.
        </p>
      ) : (
        <>
          <p>
            It is refused from the next request on, and its streams and waits end within 5 seconds. Its jobs and
            schedules go on.
          </p>
          {isOwn ? <p class="note">It is the token that you are logged in with: your session ends as well.</p> : null}
          <Sure does="Revoke" action={`${pathOfToken(token.id)}/revoke`} keep="/tokens" />
        </>
      )}
    </>,
  )
}

function answerRevoked(context: ApiContext, { name, schedules }: Token & { schedules: number }): Promise<Response> {
  return answerPage(
    context,
    { title: 'Token revoked', ...look },
    <>
      <h1>{name} is revoked</h1>
      {schedules === 0 ? null : (
        <p class="note">
          {schedules} {schedules === 1 ? 'schedule that it has made goes' : 'schedules that it has made go'} on, within
          the limits that it had. <a href="/schedules">Schedules</a>
        </p>
      )}
      <p>
        <a href="/tokens">All tokens</a>
      </p>
    </>,
  )
}
