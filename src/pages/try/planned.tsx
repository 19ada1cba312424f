import type { Path, Plan } from '../../client/index.ts'
import { pathTitle } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { described } from '../described.ts'
import { PathMap, PathTable } from '../map/map.tsx'
import { Findings } from '../parts/findings.tsx'
import { Listing } from './listing.tsx'
import type { Look } from './look.ts'
import { FORM } from './question.tsx'

/** So many of a kind are named. */
const NAMED = 50

/** Shows a plan: its paths, what is broken already and where in the text, and what running it would do. */
export function Planned({ plan, look, mayRun }: { plan: Plan; look: Look; mayRun: boolean }) {
  const { target, vantage, diagnosis, notApplicable, ignored } = plan
  const titles = new Map(plan.paths.map((path) => [path.id, titleOf(path)]))
  return (
    <>
      <section aria-labelledby="plan">
        <h2 id="plan">
          {visible(target.namespace)}/{visible(target.service)}
        </h2>
        <PathMap source={{ plan }} />
      </section>
      <section aria-labelledby="findings">
        <h2 id="findings">What is broken already</h2>
        {diagnosis.findings.length === 0 ? (
          <p>The objects show no mistake. Whether the paths work shows only when they are dialled.</p>
        ) : (
          <>
            <Lines look={look} />
            <Findings
              findings={diagnosis.findings}
              pathNamed={(id) => {
                const title = titles.get(id)
                return title === undefined ? null : { title, href: `#path-${id}` }
              }}
            />
          </>
        )}
      </section>
      <section aria-labelledby="paths">
        <h2 id="paths">Every path, and where it comes from</h2>
        <PathTable source={{ plan }} />
        <Reasons
          title="Kinds of paths that do not apply"
          items={notApplicable.map(({ kind, reason }) => `${kind}: ${reason}`)}
        />
        <Reasons title="Not read" isOpen={true} items={ignored.map(({ object, reason }) => `${object}: ${reason}`)} />
      </section>
      {mayRun ? <Run plan={plan} vantage={vantage} /> : null}
    </>
  )
}

const titleOf = (path: Path): string => pathTitle(described(path))

/** The lines that the findings are about. */
function Lines({ look: { asked, remarks, isLong } }: { look: Look }) {
  if (isLong || asked.isHidden) {
    return <p class="quiet">{isLong ? 'The text is too long to show its lines.' : 'Its lines are not shown.'}</p>
  }
  return <Listing text={asked.text} remarks={remarks} hrefOf={(at) => `#finding-${at + 1}`} />
}

function Reasons({ title, items, isOpen = false }: { title: string; items: readonly string[]; isOpen?: boolean }) {
  const more = items.length - NAMED
  return items.length === 0 ? null : (
    <details open={isOpen}>
      <summary>
        {title} ({items.length})
      </summary>
      <ul class="plain">
        {items.slice(0, NAMED).map((each) => (
          <li>{visible(each)}</li>
        ))}
        {more > 0 ? <li class="quiet">and {more} more</li> : null}
      </ul>
    </details>
  )
}

/** Lists what a run would dial, above the button that runs it. */
function Run({ plan: { paths, target }, vantage }: { plan: Plan; vantage: string }) {
  const open = paths.filter(({ skipped }) => skipped === null)
  const dialled = [...new Set(open.map(dialledBy))]
  return (
    <section aria-labelledby="run">
      <h2 id="run">Run it</h2>
      {open.length === 0 ? (
        <p>None of its paths can be dialled from there: the table says why.</p>
      ) : (
        <>
          <p>
            This server (vantage <code>{visible(vantage)}</code>) then dials these, {open.length} paths with one check
            each, as far as its <a href="/docs/guides/egress">policy</a> allows. What it sees is kept as a job of{' '}
            {visible(target.namespace)}/{visible(target.service)}, with the objects that it was planned from; it does
            not count in the history of the Service.
          </p>
          <ul class="dialled">
            {dialled.slice(0, NAMED).map((each) => (
              <li>
                <code>{visible(each)}</code>
              </li>
            ))}
            {dialled.length > NAMED ? <li>and {dialled.length - NAMED} more</li> : null}
          </ul>
          <p>
            <button class="main" type="submit" form={FORM} formaction="/try/run">
              Run it
            </button>
          </p>
        </>
      )}
    </section>
  )
}

function dialledBy({ url, address, addressPort, host, kind }: Path): string {
  const at = address ?? host ?? kind
  const dialled = addressPort === null ? at : at.includes(':') ? `[${at}]:${addressPort}` : `${at}:${addressPort}`
  return url === null || url.includes(at) ? dialled : `${dialled} (${url})`
}
