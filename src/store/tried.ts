/**
 * Results without what may be large: how a job is judged and diagnosed. A try may hold 64 kB of headers and a job has
 * tens of thousands, so what is not read is left in the database.
 *
 * @module
 */
import { and, eq, gt, sql } from 'drizzle-orm'
import type { FailureCode } from '../check/codes.ts'
import { type Rare, rareIn } from '../check/network.ts'
import { OUTCOMES, type Purpose, TELLING_HEADERS, type Telling, type Tried, tellingHeaders } from '../check/result.ts'
import { KEY_FROM } from '../lib/id.ts'
import type { Store } from './db.ts'
import { series } from './history-schema.ts'
import { jsonChunks } from './json.ts'
import { PURPOSES, SAME, type TimedRow, toTimings } from './results.ts'
import { results, texts } from './schema.ts'
import { named } from './sql.ts'
import { jobNo } from './visible.ts'

/** Some 2 MB, as D1 answers them. */
const PAGE_ROWS = 10_000

export type TriedOf = {
  purpose?: Purpose
  /** Ids of paths. */
  paths?: readonly string[]
}

/**
 * Lists what a job has recorded, in the order of recording.
 *
 * @param pageRows rows of one query.
 */
export async function listTried(
  store: Store,
  jobId: string,
  { purpose, paths }: TriedOf = {},
  pageRows = PAGE_ROWS,
): Promise<Tried[]> {
  const chosen = and(
    eq(results.jobNo, jobNo(store, jobId)),
    purpose === undefined ? undefined : eq(results.purpose, PURPOSES.indexOf(purpose)),
    paths && sql`${series.pathId} in (select value from json_each(${JSON.stringify(paths)}))`,
  )
  const tried: Tried[] = []
  const failures = new Map<string, Tried['failure']>()
  for (let afterSeq = 0; ; ) {
    const rows = await store.db
      .select({
        seq: results.seq,
        key: results.key,
        pathId: series.pathId,
        check: series.check,
        address: results.address,
        sample: results.sample,
        try: results.try,
        round: results.round,
        purpose: results.purpose,
        outcome: results.outcome,
        startedAtMs: results.startedAtMs,
        code: results.failureCode,
        told: sql<string | null>`case when ${results.failureCode} is not null then ${texts.text} -> '$.failure' end`,
      })
      .from(results)
      .innerJoin(series, eq(series.no, results.seriesNo))
      .leftJoin(texts, eq(texts.no, results.evidence))
      .where(and(chosen, gt(results.seq, afterSeq)))
      .orderBy(results.seq)
      .limit(pageRows)
    for (const { seq, key, code, told, ...row } of rows) {
      afterSeq = seq
      tried.push({
        ...row,
        id: idOf(jobId, key),
        purpose: named(PURPOSES, row.purpose),
        outcome: named(OUTCOMES, row.outcome),
        failure: code === null || told === null ? null : once(failures, `${code} ${told}`, () => failureOf(code, told)),
      })
    }
    if (rows.length < pageRows) {
      return tried
    }
  }
}

const idOf = (jobId: string, key: string): string => `res_${jobId.slice(4, KEY_FROM)}${key}`

const failureOf = (code: string, told: string): Tried['failure'] => ({
  code: code as FailureCode,
  ...(JSON.parse(told) as Omit<NonNullable<Tried['failure']>, 'code'>),
})

/** The same objects for the same text: most tries show what others have shown. */
function once<T>(known: Map<string, T>, text: string, make: () => T): T {
  const before = known.get(text)
  if (before !== undefined) {
    return before
  }
  const made = make()
  known.set(text, made)
  return made
}

/** These parts stay in the database, or are read in another way. */
const UNREAD = sql`'$.http.headers', '$.failure'`
const HEADERS = sql.raw(TELLING_HEADERS.map((name) => `'${name}', t.text ->> '$.http.headers."${name}"'`).join(', '))

type Placed = { seq: number; key: string; address: string; resolved: string | null; local: string | null }
type Shown = Rare & Pick<Telling, 'dns' | 'http' | 'tls' | 'responder' | 'control'>

/** Evidence of some tries of a job, by their ids. What several show is sent once. */
export async function readTelling(
  store: Store,
  jobId: string,
  tried: readonly Tried[],
): Promise<ReadonlyMap<string, Telling>> {
  const told = new Map<string, Omit<Telling, keyof Tried>>()
  for (const chunk of jsonChunks(tried.map(({ id }) => id.slice(KEY_FROM)))) {
    const rows = await store.db.all<Placed & TimedRow & { like: number; shown: string }>(
      sql`select *, case when seq = "like" then same end shown from (
          select *, first_value(seq) over (partition by same order by seq) "like" from (
            select r.seq, r.key, r.address, r.resolved_address resolved, r.local_address "local", r.dns_us "dnsUs",
              r.connect_us "connectUs", r.tls_us "tlsUs", r.first_byte_us "firstByteUs", r.download_us "downloadUs",
              r.total_us "totalUs",
              json_array(json(json_remove(coalesce(t.text, '{}'), ${UNREAD})), json_object(${HEADERS}), json(b.text)) same
            from json_each(${chunk}) k
              join results r on r.job_no = ${jobNo(store, jobId)} and r.key = k.value
              left join texts t on t.no = r.evidence
              left join texts b on b.no = r.body))
        order by seq`,
    )
    const shown = new Map<number, Shown>()
    for (const row of rows) {
      if (row.seq === row.like) {
        shown.set(row.seq, shownBy(row.shown))
      }
      const { dns = null, http = null, tls = null, responder = null, control, ...misspoken } = shown.get(row.like) ?? {}
      told.set(idOf(jobId, row.key), {
        dns,
        http,
        tls,
        responder,
        localAddress: row.local,
        timings: toTimings(row),
        ...(control && { control }),
        resolvedAddress: row.resolved === SAME ? row.address : row.resolved,
        ...rareIn(misspoken),
      })
    }
  }
  return new Map(
    tried.flatMap((each) => {
      const found = told.get(each.id)
      return found ? [[each.id, { ...each, ...found }] as const] : []
    }),
  )
}

function shownBy(text: string): Shown {
  const [shared, headers, body] = JSON.parse(text)
  const { dns = null, http, tls = null, responder = null, control } = shared
  const told = http ? { ...http, ...body, headers: tellingHeaders(headers) } : null
  return { dns, http: told, tls, responder, ...rareIn(shared), ...(control && { control }) }
}
