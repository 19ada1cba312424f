/** `place` is kept here, and is nobody else's to change. */
type Watcher = { place: number; onAbort(): void }

/**
 * All exchanges of a job share one signal: one listener tells them all, since adding and removing one for each costs
 * more than the rest of its bookkeeping. In an array, each knowing its place: a Set's outgrown tables would keep them.
 */
const watchers = new WeakMap<AbortSignal, Watcher[]>()

/** Calls `onAbort` of the watcher when the signal aborts, until {@link unwatchAbort}. */
export function watchAbort(signal: AbortSignal, watcher: Watcher): void {
  let all = watchers.get(signal)
  if (all === undefined) {
    const watching: Watcher[] = []
    all = watching
    watchers.set(signal, all)
    signal.addEventListener('abort', () => {
      for (const each of [...watching]) {
        each.onAbort()
      }
    })
  }
  watcher.place = all.length
  all.push(watcher)
}

export function unwatchAbort(signal: AbortSignal, watcher: Watcher): void {
  const all = watchers.get(signal)
  const last = all?.pop()
  if (all === undefined || last === undefined || last === watcher) {
    return
  }
  all[watcher.place] = last
  last.place = watcher.place
}
