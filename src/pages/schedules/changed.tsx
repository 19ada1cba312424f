/** Two versions of a schedule in words, where somebody else has changed it while a form was filled in. */
import { Table } from '../parts/table.tsx'
import { keptInWords, LABELS } from './form.tsx'
import { ABOUT, type About, CHECKS, type CheckKind, NAMES, type Name, type Values } from './values.ts'

const WORDS_MAX = 300

function inWords(name: Name, values: Values): string {
  const value = values[name]
  if (name === 'enabled') {
    return value === 'on' ? 'yes' : 'no, paused'
  }
  if (name === 'overlap') {
    return value === 'queue' ? 'one waits' : 'the next one is left out'
  }
  if (name === 'about') {
    return ABOUT[value as About] ?? value
  }
  if (name === 'check') {
    return CHECKS[value as CheckKind] ?? value
  }
  // Typed headers may be secrets, so they are not repeated
  if (name === 'headers') {
    return value === '' ? 'not given' : 'given anew'
  }
  if (name === 'manifests') {
    return value === '' ? 'as they were' : 'given anew'
  }
  return value === '' ? 'not given' : value.length > WORDS_MAX ? `${value.slice(0, WORDS_MAX)} …` : value
}

const keptOf = ({ keep }: Values): string => keep.map(keptInWords).join(', ') || 'none'

/** @param now as it is on the server. @param yours as it was typed. */
export function Versions({ now, yours }: { now: Values; yours: Values }) {
  const rows = [
    ...NAMES.map((name) => [LABELS[name], inWords(name, now), inWords(name, yours)]),
    [LABELS.keep, keptOf(now), keptOf(yours)],
  ].filter(([, theirs, own]) => theirs !== own)
  return rows.length === 0 ? (
    <p>The schedule is already as you typed it: there is nothing left to save.</p>
  ) : (
    <Table
      caption="What differs"
      columns={[{ head: 'Field' }, { head: 'As it is now' }, { head: 'As you typed it' }]}
      rows={rows.map((cells) => ({ cells }))}
    />
  )
}
