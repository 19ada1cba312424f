/**
 * Takes turns between looking at the clock and working, so that timings are true when many tries are under way: what a
 * socket says is timed at once and worked on later, one piece of work between two looks at the sockets. Worked on in
 * place, the last of 64 answers that came together would be timed when 63 had been parsed, judged and recorded.
 */
const queue: (() => void)[] = []
let scheduled = false
let begunAt = 0

/** Work between two looks at the sockets: what comes meanwhile is timed so late at most. */
const TURN_MS = 0.25

/** Runs `work` soon, after every socket that has something to say has been heard. */
export function inTurn(work: () => void): void {
  queue.push(work)
  if (scheduled) {
    return
  }
  scheduled = true
  setImmediate(begin)
}

function begin(): void {
  begunAt = performance.now()
  // A look that found nothing
  if (heard === null) {
    lookedAt = begunAt
  }
  idleMs = performance.nodeTiming.idleTime
  next()
}

function next(): void {
  const work = queue.shift()
  // Streams work in ticks: the next piece comes after all of this one's, however it ends
  if (queue.length > 0) {
    process.nextTick(goOn)
  } else {
    scheduled = false
  }
  work?.()
}

function goOn(): void {
  if (performance.now() - begunAt < TURN_MS) {
    next()
  } else {
    setImmediate(begin)
  }
}

/** The look at the sockets that is under way began then. */
let heard: number | null = null
/** The look before it began then; all that had come by that time was heard. */
let lookedAt = 0
let wasWaiting = false
/** The thread had waited so long for something to come, up to the last look or turn. */
let idleMs = 0

/** To ask for what is there already takes less. */
const WAIT_MS = 0.05

/**
 * Tells when the bytes came that a socket emits now, by the monotonic clock. A thread that was waiting hears it as it
 * comes. One that was busy – with its work, or V8 with its garbage – knows only that it came since the look before, and
 * says the middle: half as far off at most, and on average not at all. All that one look finds had come when it began,
 * however long it takes to hear one after the other. For use in what a socket emits, and only there.
 *
 * @param afterMs before that it cannot have come: its request was sent then, or what came before it.
 */
export function heardAt(afterMs: number): number {
  heard ??= look()
  const earliest = Math.max(afterMs, lookedAt)
  return wasWaiting || earliest > heard ? Math.max(heard, afterMs) : (earliest + heard) / 2
}

function look(): number {
  const { idleTime } = performance.nodeTiming
  wasWaiting = idleTime - idleMs > WAIT_MS
  idleMs = idleTime
  setImmediate(lookIsOver)
  return performance.now()
}

function lookIsOver(): void {
  lookedAt = heard ?? lookedAt
  heard = null
}
