import type { Socket } from 'node:net'

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
  if (scheduled) return
  scheduled = true
  setImmediate(begin)
}

function begin(): void {
  begunAt = performance.now()
  next()
}

function next(): void {
  const work = queue.shift()
  // Streams work in ticks: the next piece comes after all of this one's, however it ends
  if (queue.length > 0) process.nextTick(goOn)
  else scheduled = false
  work?.()
}

function goOn(): void {
  if (performance.now() - begunAt < TURN_MS) next()
  else setImmediate(begin)
}

/**
 * Tells of each arrival of bytes (or of their end) at once, and hands them to whoever reads the socket in turn.
 * `push` is how a socket's handle feeds its stream, and `destroy` how it tells of an error: an error that comes after
 * bytes that wait must wait behind them, or it would take back an answer that had come.
 */
export function readInTurn(socket: Socket, arrived: (chunk: unknown) => void): void {
  const push = socket.push
  const destroy = socket.destroy
  let waiting: unknown[] = []
  const deliver = () => {
    const chunks = waiting
    waiting = []
    if (socket.destroyed) return
    for (const chunk of chunks) push.call(socket, chunk)
    // Node reads nothing here to make the end known, right after it has pushed it
    if (chunks.at(-1) === null) socket.read(0)
  }
  socket.push = (chunk: unknown) => {
    arrived(chunk)
    waiting.push(chunk)
    if (waiting.length === 1) inTurn(deliver)
    // Reading goes on when the stream asks for more, which it does once it has got these
    return waiting.length === 1
  }
  socket.destroy = (error?: Error) => {
    if (error === undefined || waiting.length === 0) return destroy.call(socket, error)
    inTurn(() => destroy.call(socket, error))
    return socket
  }
}
