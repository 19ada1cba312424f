import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { differencesOf, type YamlAnswer } from '../../test/support/yaml-answers.ts'

const FIXTURE = new URL('../../test/fixtures/yaml-answers.json.gz', import.meta.url)
const answers = JSON.parse(String(gunzipSync(readFileSync(FIXTURE)))) as readonly YamlAnswer[]

describe('2,000 texts that the real sigs.k8s.io/yaml was asked', () => {
  const differences = answers.flatMap(differencesOf)

  it('are answered alike, taken or refused', () => {
    expect(answers).toHaveLength(2000)
    expect(differences.filter(({ meant }) => meant === null)).toEqual([])
  })

  it('are answered otherwise where that is meant, and nowhere else', () => {
    const counts = Object.groupBy(differences, ({ meant }) => meant ?? '')
    expect(Object.fromEntries(Object.entries(counts).map(([reason, those]) => [reason, those?.length]))).toEqual({
      'a byte order mark before a separator is passed over: kubectl refuses what follows, or ignores it unsaid': 9,
      'a text of nothing but white space is refused, with or without a tab': 8,
      'control characters are refused anywhere: go-yaml does not see those far behind the first document': 2,
    })
  })

  it('are of both sorts', () => {
    const taken = answers.filter(({ yaml }) => yaml !== undefined).length
    expect([taken > 800, taken < 1200]).toEqual([true, true])
  })
})
