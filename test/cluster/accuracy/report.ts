/** `docs/diagnoses/accuracy.md`, from what came of each case. */
import type { Outcome, Score } from './score.ts'

export type Run = {
  seed: number
  cases: number
  commit: string
  date: string
  /** Faults need these, and the kernel does not have them. */
  lacking: readonly string[]
  outcomes: readonly Outcome[]
}

const SCORES: readonly Score[] = ['exact', 'layer', 'wrong', 'silent']
const SETS: readonly [Outcome['kind'], string][] = [
  ['objects', 'objects alone'],
  ['fault', 'one fault of the data plane'],
  ['pair', 'two faults at once'],
  ['healthy', 'healthy, and unusual'],
  ['random', 'drawn by lot'],
]

const share = (part: number, of: number): string => (of === 0 ? '–' : `${Math.round((1000 * part) / of) / 10} %`)
const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const countOf = (outcomes: readonly Outcome[], score: Score): number =>
  outcomes.filter((outcome) => outcome.score === score).length

const totals = (name: string, outcomes: readonly Outcome[]): string =>
  row(
    name,
    outcomes.length,
    ...SCORES.map((score) => countOf(outcomes, score)),
    share(countOf(outcomes, 'exact'), outcomes.length),
    outcomes.reduce((sum, { untrue }) => sum + untrue.length, 0),
  )

export function renderAccuracy({ seed, cases, commit, date, lacking, outcomes }: Run): string {
  const of = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind)
  const broken = outcomes.filter(({ kind, expected }) => kind !== 'healthy' && expected.flat().length > 0)
  const quiet = outcomes.filter(({ expected }) => expected.flat().length === 0)
  return `# How often the diagnosis is right

Written by \`npm run accuracy\`, not by hand: seed ${seed}, ${cases} cases drawn by lot, commit \`${commit}\`, ${date}.
\`npm run accuracy -- --seed ${seed} --cases ${cases}\` draws the same cases again. [The test cluster](../testing-cluster.md) is where
it happens: every fault is made on a real data plane, with kube-proxy in nftables mode and in iptables mode, and
Portolan is asked in a pod or outside. What is right was written beside each fault (\`test/cluster/accuracy/\`) before it
was asked. **exact**: the first finding names the fault, and of two faults each is told. **layer**: it names the layer
only. **wrong**: another cause comes first, one of two is not told, or a healthy Service is called broken. **silent**:
nothing is told. A fault that does not show from where Portolan stands is a healthy case.

How to read it: rules were mended after wrong answers of this very catalogue, and some thirty of its answers were
corrected once runs had shown them to be wrong or too narrow (the reason stands in the row). So it tells that nothing
got worse, and where the diagnosis is weak; it is no estimate for faults that nobody here has thought of.

| | cases | exact | layer | wrong | silent | share exact | \`certain\` and untrue |
|---|---|---|---|---|---|---|---|
${SETS.map(([kind, name]) => totals(name, of(kind))).join('\n')}
${totals('**all**', outcomes)}
${totals('of these, something is broken', broken)}
${totals(
  'rules were written from it (old)',
  broken.filter(({ since }) => since === 'old'),
)}
${totals(
  'thought of later (new)',
  broken.filter(({ since }) => since === 'new'),
)}

False alarms: ${quiet.filter(({ score }) => score !== 'exact').length} of ${quiet.length} cases in which nothing is broken that shows.

## Not tested

${lacking.length === 0 ? 'Nothing: the kernel that this ran on has all that the faults need.' : lacking.map((what) => `- ${what}`).join('\n')}

## One fault

What is told first, and how surely. Where two codes are expected, either is right.

${table(of('fault'))}

## Two faults at once

${table(of('pair'))}

## Objects alone

${table(of('objects'))}

## Healthy, and told to be broken

${notExact(of('healthy'))}

## Drawn by lot, and not exact

${notExact(of('random'))}
`
}

const short = (codes: readonly string[]): string => (codes.length === 0 ? 'healthy' : codes.join(' or '))
const expectedOf = ({ expected }: Outcome): string => expected.map(short).join(' and ')
const told = ({ findings: [first], score, untrue }: Outcome): string =>
  [
    first === undefined ? 'nothing' : `${first.code} (${first.confidence})`,
    score === 'exact' ? '' : `**${score}**`,
    untrue.length === 0 ? '' : `**untrue: ${untrue.join(', ')}**`,
  ]
    .filter((text) => text !== '')
    .join(' ')

/** A row for each fault, a column for each flavour. */
function table(outcomes: readonly Outcome[]): string {
  const modes = ['nftables', 'iptables'].filter((mode) => outcomes.some(({ where }) => where.includes(mode)))
  const columns = modes.length === 0 ? [''] : modes
  const named = Map.groupBy(outcomes, ({ names, where }) => `${names.join('; and ')}\u0000${placeOf(where)}`)
  const rows = [...named].map(([key, same]) => {
    const [name = '', place = ''] = key.split('\u0000')
    const [first] = same
    if (first === undefined) {
      return ''
    }
    const answers = columns.map((mode) => {
      const found = same.find(({ where }) => where.includes(mode))
      return found === undefined ? '–' : told(found)
    })
    return row(name, place, first.since, expectedOf(first), ...answers)
  })
  return [
    row('fault', 'where', 'since', 'expected', ...columns.map((mode) => mode || 'told')),
    row(...Array.from({ length: 4 + columns.length }, () => '---')),
    ...rows,
  ].join('\n')
}

const placeOf = (where: string): string => where.replace(/, (nftables|iptables), \w+$/, '')

function notExact(outcomes: readonly Outcome[]): string {
  const others = outcomes.filter(({ score, untrue }) => score !== 'exact' || untrue.length > 0)
  if (others.length === 0) {
    return 'None.'
  }
  return [
    row('fault', 'where', 'expected', 'told'),
    row('---', '---', '---', '---'),
    ...others.map((outcome) => row(outcome.names.join('; and '), outcome.where, expectedOf(outcome), told(outcome))),
  ].join('\n')
}
