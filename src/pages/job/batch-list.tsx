/** The list of batches, newest first. */
import type { Child } from 'hono/jsx'
import type { Batch } from '../../client/schema.ts'
import type { Answer } from '../../client/types.ts'
import { visible } from '../../report/visible.ts'
import { Pager } from '../parts/pager.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { countsOfBatch } from './batch-view.tsx'
import { RunTabs } from './run-tabs.tsx'
import { labelsInWords, namespacesInWords, selectorInWords, stateOf } from './words.ts'

/** Namespaces that a row names; of more it tells how many there are. */
const NAMED_MAX = 5

type BatchListProps = { found: Answer<'listBatches'>; isFirst: boolean }

export function BatchList({ found: { items, nextCursor }, isFirst }: BatchListProps) {
  return (
    <>
      <h1>Batches</h1>
      <RunTabs here="batches" />
      {items.length === 0 ? (
        <p>
          {isFirst ? 'There is no batch yet.' : 'There is none on this page.'} A batch checks many Services in one
          request. <a href="/docs/guides/batches">Batches</a>
        </p>
      ) : (
        <Table
          caption="Batches, newest first"
          isCaptionHidden
          columns={['Asked for', 'Verdict', 'Services', 'Namespaces', 'Selector', 'Cluster', 'Labels'].map((head) => ({
            head,
          }))}
          rows={items.map((batch) => ({ cells: cellsOf(batch) }))}
        />
      )}
      <Pager
        first={isFirst ? null : '/batches'}
        next={nextCursor === null ? null : `/batches?${new URLSearchParams({ cursor: nextCursor })}`}
      />
    </>
  )
}

function cellsOf(batch: Batch): Child[] {
  const { id, createdAt, target, labels } = batch
  const { namespaces } = target
  const selector = selectorInWords(target)
  return [
    <a href={`/batches/${id}`}>
      <Time at={createdAt} />
    </a>,
    <State {...stateOf(batch)} />,
    countsOfBatch(batch),
    namespaces.length > NAMED_MAX ? `${namespaces.length} namespaces` : namespacesInWords(namespaces),
    selector === '' ? 'every Service' : <code>{selector}</code>,
    visible(target.cluster),
    labelsInWords(labels),
  ]
}
