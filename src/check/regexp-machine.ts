/**
 * Runs programs of RE2 over a text, in pieces and counted: Pike's machine, all threads side by side, each instruction
 * at most once at a position (https://swtch.com/~rsc/regexp/regexp2.html). The library that makes the programs has
 * machines too, which run to their end once they have begun.
 *
 * @module
 */
import type { RE2JS } from 're2js'
import type { Meter, Steps } from './meter.ts'

/** re2js, `Inst`: the operations of RE2's programs. */
const ALT = 1
const ALT_MATCH = 2
const CAPTURE = 3
const EMPTY_WIDTH = 4
const MATCH = 6
const NOP = 7
const RUNE1 = 9
const RUNE_ANY = 10
const RUNE_ANY_NOT_NL = 11
/** re2js, `Utils`: what holds between two characters. */
const BEGIN_LINE = 1
const END_LINE = 2
const BEGIN_TEXT = 4
const END_TEXT = 8
const WORD_BOUNDARY = 16
const NO_WORD_BOUNDARY = 32

type Inst = { op: number; out: number; arg: number; runes: ArrayLike<number>; matchRune(rune: number): boolean }

export type Program = {
  insts: readonly Inst[]
  start: number
  isAnchored: boolean
  /** Every match begins with this text; it is as long as a search finds in a time that does not depend on it. */
  prefix: string
  /** ASCII characters that a match may begin with; `null` if an empty text matches. */
  first: Uint8Array | null
  /** Its weight: its instructions, and the tables of their character classes. */
  size: number
}

const PREFIX_MAX = 16
/** Ranges of a class that weigh as much as an instruction. */
const RANGES = 16

export function programOf(regexp: RE2JS): Program {
  const { prog, cond, prefix } = regexp.re2()
  const insts: readonly Inst[] = prog.inst
  return {
    insts,
    start: prog.start,
    first: firstOf(insts, prog.start),
    isAnchored: (cond & BEGIN_TEXT) !== 0,
    prefix: cond === 0 ? prefix.slice(0, PREFIX_MAX).replace(/[\uD800-\uDBFF]$/, '') : '',
    size: insts.reduce((sum, { runes }) => sum + 1 + Math.floor(runes.length / (2 * RANGES)), 0),
  }
}

const ASCII = 128

function firstOf(insts: readonly Inst[], start: number): Uint8Array | null {
  const first = new Uint8Array(ASCII)
  const threads = new Threads(insts.length)
  // Whatever holds between two characters
  follow(insts, threads, start, 0, ~0, NO_SLOTS, null)
  for (const pc of threads.pcs.subarray(0, threads.size)) {
    const inst = insts[pc]
    if (inst?.op === MATCH) {
      return null
    }
    for (let rune = 0; rune < ASCII; rune++) {
      if (inst !== undefined && takes(inst, rune)) {
        first[rune] = 1
      }
    }
  }
  return first
}

/** The place of a match and of a group in it; -1 if the group took no part. */
export type Found = { start: number; end: number; groupStart: number; groupEnd: number }

/** Places that a thread remembers: of the match and of one group. */
const SLOTS = 4
const NO_SLOTS = new Int32Array(SLOTS)

/** Threads in the order of their priority, each at another instruction. */
class Threads {
  readonly pcs: Int32Array
  readonly slots: Int32Array
  readonly #places: Int32Array
  size = 0

  constructor(instructions: number) {
    this.pcs = new Int32Array(instructions)
    this.slots = new Int32Array(instructions * SLOTS)
    this.#places = new Int32Array(instructions)
  }

  has(pc: number): boolean {
    const place = this.#places[pc] ?? 0
    return place < this.size && this.pcs[place] === pc
  }

  add(pc: number): number {
    this.#places[pc] = this.size
    this.pcs[this.size] = pc
    return this.size++
  }
}

/**
 * The first match in the text, and of those that begin there the one that Perl would find.
 *
 * @param group whose place is told; `null`: only whether there is a match is asked, which ends sooner.
 */
export function* findIn(program: Program, text: string, group: number | null, meter: Meter): Steps<Found | null> {
  const { insts, start, isAnchored } = program
  let current = new Threads(insts.length)
  let next = new Threads(insts.length)
  const slots = new Int32Array(SLOTS)
  let found: Found | null = null
  let at = 0
  let before = -1
  for (;;) {
    if (meter.isPauseDue()) {
      yield
    }
    if (current.size === 0) {
      if (found !== null || (isAnchored && at > 0)) {
        return found
      }
      const jumped = isAnchored ? at : nextStart(program, text, at)
      if (jumped > at) {
        meter.spend((jumped - at) / SKIPPED)
        before = text.codePointAt(jumped - 1) ?? -1
        at = jumped
      }
    }
    const rune = text.codePointAt(at) ?? -1
    if (found === null && (at === 0 || !isAnchored)) {
      if (group !== null) {
        slots.fill(-1)
      }
      slots[0] = at
      meter.spend(follow(insts, current, start, at, contextOf(before, rune), slots, group))
    }
    const after = at + (rune > 0xffff ? 2 : 1)
    const context = rune < 0 ? 0 : contextOf(rune, text.codePointAt(after) ?? -1)
    meter.spend(current.size + 1)
    for (let place = 0; place < current.size; place++) {
      const inst = insts[current.pcs[place] ?? 0]
      if (inst === undefined) {
        continue
      }
      if (inst.op === MATCH) {
        const first = place * SLOTS
        if (group === null) {
          return { start: at, end: at, groupStart: -1, groupEnd: -1 }
        }
        const [begin = at, , groupStart = -1, groupEnd = -1] = current.slots.subarray(first, first + SLOTS)
        found = { start: begin, end: at, groupStart, groupEnd }
        break
      }
      if (rune < 0 || !takes(inst, rune)) {
        continue
      }
      if (group !== null) {
        for (let slot = 0; slot < SLOTS; slot++) {
          slots[slot] = current.slots[place * SLOTS + slot] ?? -1
        }
      }
      meter.spend(follow(insts, next, inst.out, after, context, slots, group))
    }
    if (rune < 0) {
      return found
    }
    current.size = 0
    ;[current, next] = [next, current]
    before = rune
    at = after
  }
}

/** Characters that are passed over in the time of a step. */
const SKIPPED = 8

/** The earliest place at which a match may begin; the end of the text if it can begin nowhere before. */
function nextStart({ prefix, first }: Program, text: string, from: number): number {
  if (prefix !== '') {
    const at = text.indexOf(prefix, from)
    return at < 0 ? text.length : at
  }
  if (first === null) {
    return from
  }
  let at = from
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= ASCII || first[unit] === 1) {
      break
    }
  }
  return at
}

function takes(inst: Inst, rune: number): boolean {
  switch (inst.op) {
    case RUNE1:
      return inst.runes[0] === rune
    case RUNE_ANY:
      return true
    case RUNE_ANY_NOT_NL:
      return rune !== 10
    case MATCH:
    case ALT:
    case ALT_MATCH:
    case CAPTURE:
    case EMPTY_WIDTH:
    case NOP:
      return false
    default:
      return inst.runes.length > 0 && inst.matchRune(rune)
  }
}

/** Each entry is an instruction still to be followed or, if negative, a slot to be put back to what it was. */
const stack: number[] = []

/** Adds a thread, and all that it leads to without a character. @returns the steps taken. */
function follow(
  insts: readonly Inst[],
  threads: Threads,
  first: number,
  at: number,
  context: number,
  slots: Int32Array,
  group: number | null,
): number {
  let steps = 0
  stack.length = 0
  stack.push(first)
  for (;;) {
    let pc = stack.pop()
    if (pc === undefined) {
      return steps
    }
    if (pc < 0) {
      slots[-pc - 1] = stack.pop() ?? -1
      continue
    }
    while (pc > 0 && !threads.has(pc)) {
      steps++
      const inst: Inst | undefined = insts[pc]
      if (inst === undefined) {
        break
      }
      const place = threads.add(pc)
      switch (inst.op) {
        case ALT:
        case ALT_MATCH:
          stack.push(inst.arg)
          pc = inst.out
          break
        case CAPTURE: {
          const slot = group === null ? -1 : slotOf(inst.arg, group)
          if (slot >= 0) {
            stack.push(slots[slot] ?? -1, -slot - 1)
            slots[slot] = at
          }
          pc = inst.out
          break
        }
        case EMPTY_WIDTH:
          pc = (inst.arg & ~context) === 0 ? inst.out : 0
          break
        case NOP:
          pc = inst.out
          break
        default:
          if (group !== null) {
            for (let slot = 0; slot < SLOTS; slot++) {
              threads.slots[place * SLOTS + slot] = slots[slot] ?? -1
            }
          }
          pc = 0
      }
    }
  }
}

const slotOf = (capture: number, group: number): number =>
  group > 0 && capture >> 1 === group ? 2 + (capture & 1) : -1

function contextOf(before: number, after: number): number {
  let context = isWord(before) === isWord(after) ? NO_WORD_BOUNDARY : WORD_BOUNDARY
  if (before < 0) {
    context |= BEGIN_TEXT | BEGIN_LINE
  }
  if (before === 10) {
    context |= BEGIN_LINE
  }
  if (after < 0) {
    context |= END_TEXT | END_LINE
  }
  if (after === 10) {
    context |= END_LINE
  }
  return context
}

const isWord = (rune: number): boolean =>
  (rune >= 97 && rune <= 122) || (rune >= 65 && rune <= 90) || (rune >= 48 && rune <= 57) || rune === 95
