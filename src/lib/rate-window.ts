/**
 * Counts what each key has taken within the last minute, or whichever window: never more than its limit in any span of
 * that length, and what is told of it is exact (ADR 0059). It asks nothing but a clock that only goes forward.
 *
 * @module
 */

export type Standing = {
  limit: number
  /** Units that may be taken now. */
  remaining: number
  /** Milliseconds until there are more of them; no more than `remaining` are given until then. */
  resetMs: number
}

/** `waitMs`: when all that was wanted may be taken, if nobody else takes from the key meanwhile. */
export type Taken = Standing & ({ taken: true } | { taken: false; waitMs: number })

export type RateWindow = {
  /**
   * Takes from what a key may have, or nothing. More than the limit is taken if nothing else is counted, and counts for
   * as many windows as it fills: what may be asked for at all is no matter of its rate.
   */
  take(key: string, limit: number, units?: number): Taken
  /** Counts although the limit may be reached. */
  count(key: string, units?: number): void
  /** Gives back what was taken and not used. */
  giveBack(key: string, units: number): void
  look(key: string, limit: number): Standing
}

/** Units that were taken at about one time. They count until a window after `lastMs`. */
type Slot = { firstMs: number; lastMs: number; units: number }

/** Slots of a window. Units that are taken near in time share one, so that a key costs no more memory than these. */
const SLOTS = 12

/**
 * @param keysMax keys that are remembered; of more those that were seen last.
 * @param now milliseconds of a clock that only goes forward.
 */
export function createRateWindow(windowMs: number, keysMax: number, now: () => number): RateWindow {
  const keys = new Map<string, Slot[]>()

  /** The slots that count yet. The key is the last to be forgotten from now on. */
  const slotsOf = (key: string): Slot[] => {
    const nowMs = now()
    const slots = (keys.get(key) ?? []).filter(({ lastMs }) => lastMs + windowMs > nowMs)
    keys.delete(key)
    return slots
  }

  const keep = (key: string, slots: Slot[]): void => {
    if (slots.length === 0) {
      return
    }
    keys.set(key, slots)
    if (keys.size > keysMax) {
      const [oldest] = keys.keys()
      keys.delete(oldest ?? '')
    }
  }

  const standing = (slots: readonly Slot[], limit: number): Standing => ({
    limit,
    remaining: Math.max(0, limit - sum(slots)),
    resetMs: waitFor(slots, Math.max(0, limit - sum(slots)) + 1, limit) ?? windowMs,
  })

  /** Milliseconds until `units` may be taken at once; `null`: never. */
  const waitFor = (slots: readonly Slot[], units: number, limit: number): number | null => {
    let left = sum(slots)
    for (const { lastMs, units: freed } of slots) {
      left -= freed
      if (left + units <= limit || left === 0) {
        return lastMs + windowMs - now()
      }
    }
    return null
  }

  const add = (slots: Slot[], units: number, atMs: number): void => {
    const last = slots.at(-1)
    if (last !== undefined && atMs - last.firstMs < windowMs / SLOTS) {
      last.units += units
      last.lastMs = Math.max(last.lastMs, atMs)
    } else {
      slots.push({ firstMs: atMs, lastMs: atMs, units })
    }
  }

  return {
    take(key, limit, units = 1) {
      const slots = slotsOf(key)
      const used = sum(slots)
      const taken = used + units <= limit || (used === 0 && limit > 0)
      const waitMs = taken ? 0 : (waitFor(slots, units, limit) ?? windowMs)
      if (taken) {
        add(slots, Math.min(units, limit), now())
        // Units beyond the limit count in the windows to come
        for (let [rest, atMs] = [units - limit, now() + windowMs]; rest > 0; rest -= limit, atMs += windowMs) {
          slots.push({ firstMs: atMs, lastMs: atMs, units: Math.min(rest, limit) })
        }
      }
      keep(key, slots)
      return taken ? { ...standing(slots, limit), taken } : { ...standing(slots, limit), taken, waitMs }
    },
    count(key, units = 1) {
      const slots = slotsOf(key)
      add(slots, units, now())
      keep(key, slots)
    },
    giveBack(key, units) {
      const slots = slotsOf(key)
      let rest = units
      for (const slot of slots.toReversed()) {
        const back = Math.min(rest, slot.units)
        slot.units -= back
        rest -= back
      }
      keep(
        key,
        slots.filter((slot) => slot.units > 0),
      )
    },
    look(key, limit) {
      const slots = slotsOf(key)
      keep(key, slots)
      return standing(slots, limit)
    },
  }
}

const sum = (slots: readonly Slot[]): number => slots.reduce((total, { units }) => total + units, 0)
