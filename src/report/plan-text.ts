import { columnWidths, headLines } from './columns.ts'
import type { PathDocument, PlanDocument } from './job-document.ts'
import { type Links, RELATIVE } from './links.ts'
import { ignoredLines, kindOf, objectsLine, pathTitle, place, portOf, targetOf } from './phrases.ts'
import {
  BEFORE_TAIL,
  CELL_LIMIT,
  findingBlock,
  forbiddenBlock,
  indented,
  notApplicableLines,
  section,
  tailedLine,
} from './text-blocks.ts'
import { visible } from './visible.ts'

/** A plan for a terminal: which paths there are, with the fields that each comes from, and what is wrong already. */
export function renderPlanText(plan: PlanDocument, links: Links = RELATIVE): string {
  const dialled = plan.paths.filter(({ skipped }) => skipped === null)
  const skipped = plan.paths.filter((path) => path.skipped !== null)
  const blocks = [
    head(plan, dialled.length),
    table(dialled),
    findingBlock(plan, links),
    section('Not tested from here', skippedLines(skipped)),
    section('Not applicable', notApplicableLines(plan)),
    section('Not read', ignoredLines(plan)),
    forbiddenBlock(plan, null),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function head(plan: PlanDocument, dialled: number): string[] {
  const { paths } = plan
  const objects = objectsLine(plan)
  const rest = paths.length === dialled ? '' : `, ${paths.length - dialled} not tested from here`
  return [
    ...headLines(`PLAN  ${targetOf(plan)}  ${paths.length} ${paths.length === 1 ? 'path' : 'paths'}${rest}`),
    ...indented(4, `cluster ${visible(plan.target.cluster)}, seen from: ${plan.vantage}`),
    ...(objects === null ? [] : indented(4, objects)),
  ]
}

const COLUMNS = [{ title: 'PATH' }, { title: 'PORT' }, { title: 'ADDRESS' }] as const

function table(paths: readonly PathDocument[]): string[] {
  if (paths.length === 0) {
    return []
  }
  const rows = paths.map((path) => [kindOf(path), portOf(path), place(path) + nodeOf(path), fieldsOf(path)])
  const widths = columnWidths(
    COLUMNS,
    rows.map((cells) => cells.slice(0, COLUMNS.length)),
    { limit: CELL_LIMIT, most: BEFORE_TAIL },
  )
  const titles = [...COLUMNS.map(({ title }) => title), 'FROM']
  return [titles, ...rows].flatMap((cells) => tailedLine(COLUMNS, cells, widths))
}

const nodeOf = ({ node }: PathDocument): string => (node === null ? '' : ` (${visible(node)})`)

const EXPECTED = { reachable: '', unreachable: 'must not be reachable: ', unknown: 'not promised: ' } as const

const fieldsOf = ({ expected, because }: PathDocument): string => EXPECTED[expected] + because.map(visible).join(', ')

/** By the reason, so that fifty pods out of reach are one line. */
const skippedLines = (paths: readonly PathDocument[]): string[] =>
  [...Map.groupBy(paths, ({ skipped }) => `${skipped?.reason}: ${visible(skipped?.detail ?? '')}`)].flatMap(
    ([reason, group]) => [reason, `  ${titlesOf(group)}`],
  )

const NAMED_PATHS = 4

function titlesOf(paths: readonly PathDocument[]): string {
  const more = paths.length - NAMED_PATHS
  return paths.slice(0, NAMED_PATHS).map(pathTitle).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
