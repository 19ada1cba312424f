import type { Child } from 'hono/jsx'
import type { Finding } from '../../client/schema.ts'
import { shorten } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { Copy } from './copy.tsx'
import { Lines } from './lines.tsx'

/** Returns the title of a path that a finding is about, and a link to it; null if the path is not on this page. */
export type PathNamed = (id: string) => { title: string; href: string | null } | null

type FindingsProps = {
  findings: readonly Finding[]
  pathNamed: PathNamed
  /** The level of each heading, one below that of the section. @default 3 */
  level?: 3 | 4
  /** Begins the ids of the findings, where a page has those of several jobs. @default '' */
  prefix?: string
}

/** Paths that are named before the others are folded. */
const NAMED_MAX = 5
/** Characters of a field's value. */
const VALUE_MAX = 400

/** Shows what is broken: what was seen, what mends it, and a command that confirms it. */
export function Findings({ findings, pathNamed, level = 3, prefix = '' }: FindingsProps) {
  return (
    <div class="findings">
      {findings.map((finding, at) => (
        <OneFinding {...{ finding, pathNamed, level }} id={`${prefix}finding-${at + 1}`} />
      ))}
    </div>
  )
}

type OneFindingProps = { id: string; finding: Finding; pathNamed: PathNamed; level: 3 | 4 }

function OneFinding({ id, finding, pathNamed, level }: OneFindingProps) {
  const { code, confidence, layer, title, detail, fix, confirm, docs } = finding
  const Heading = level === 3 ? 'h3' : 'h4'
  const page = pageOf(docs)
  return (
    <article class={`finding ${confidence}`} id={id}>
      <Heading>{visible(title)}</Heading>
      <p class="quiet">
        <Confidence of={confidence} />, {visible(layer)}: {page === null ? code : <a href={page}>{code}</a>}
      </p>
      <p>
        <Lines text={detail} />
      </p>
      <dl>
        <Seen finding={finding} pathNamed={pathNamed} />
        <dt>Fix</dt>
        <dd>
          <Lines text={fix} />
        </dd>
        <dt>Confirm</dt>
        <dd>
          <Copy text={confirm} label="Copy the command" />
        </dd>
        <Explained ids={finding.explains} pathNamed={pathNamed} />
      </dl>
    </article>
  )
}

const CONFIDENCES = {
  certain: { text: 'Certain', bars: '▮▮▮' },
  likely: { text: 'Likely', bars: '▮▮▯' },
  possible: { text: 'Possible', bars: '▮▯▯' },
} as const

/** Shows how sure a finding is, in a word and a sign. */
export function Confidence({ of }: { of: Finding['confidence'] }) {
  return (
    <span class="confidence">
      <span aria-hidden="true">{CONFIDENCES[of].bars}</span> {CONFIDENCES[of].text}
    </span>
  )
}

/** The fields of objects, and the tries, that a finding stands on. */
function Seen({ finding, pathNamed }: { finding: Finding; pathNamed: PathNamed }) {
  const seen = finding.evidence.flatMap((each) => {
    if ('object' in each) {
      const value = shorten(JSON.stringify(each.value) ?? 'absent', VALUE_MAX)
      return [<code>{visible(`${each.object} ${each.field} = ${value}`)}</code>]
    }
    const named = pathNamed(each.path)
    return named === null ? [] : [<PathLink {...named} />]
  })
  const folded = seen.slice(NAMED_MAX)
  return seen.length === 0 ? null : (
    <>
      <dt>Seen</dt>
      <dd>
        <List items={seen.slice(0, NAMED_MAX)} />
        {folded.length === 0 ? null : <Folded items={folded} />}
      </dd>
    </>
  )
}

function Explained({ ids, pathNamed }: { ids: readonly string[]; pathNamed: PathNamed }) {
  const named = ids.flatMap((id) => pathNamed(id) ?? [])
  const links = named.map((each) => <PathLink {...each} />)
  return named.length === 0 ? null : (
    <>
      <dt>Explains</dt>
      <dd>
        <List items={links.slice(0, NAMED_MAX)} />
        {links.length > NAMED_MAX ? <Folded items={links.slice(NAMED_MAX)} /> : null}
      </dd>
    </>
  )
}

const List = ({ items }: { items: readonly Child[] }) => (
  <ul class="plain">
    {items.map((each) => (
      <li>{each}</li>
    ))}
  </ul>
)

const Folded = ({ items }: { items: readonly Child[] }) => (
  <details>
    <summary>and {items.length} more</summary>
    <List items={items} />
  </details>
)

function PathLink({ title, href }: { title: string; href: string | null }) {
  return href === null ? title : <a href={href}>{title}</a>
}

/** `docs/diagnoses/x.md` → its page here. `null`: it is none of ours. */
const pageOf = (docs: string): string | null => (/^docs\/[\w/-]+\.md$/.test(docs) ? `/${docs.slice(0, -3)}` : null)
