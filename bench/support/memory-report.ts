/**
 * Loaded into a process before its own program (`node --import`): tells its parent what its heaps hold, whenever that
 * asks over their channel. It is loaded as JavaScript, since what takes types away would be measured with the rest.
 */
import { getHeapStatistics } from 'node:v8'
import type { Worker } from 'node:worker_threads'

/** Bytes that each heap has from the system, whether in use or free: the main thread's, and those of its threads. */
export type MemoryReport = { main: number; threads: readonly number[] }

const threads = new Set<Worker>()

process.on('worker', (worker) => {
  threads.add(worker)
  worker.once('exit', () => threads.delete(worker))
})
process.on('message', async () => {
  const statistics = await Promise.all([...threads].map((thread) => thread.getHeapStatistics()))
  const report: MemoryReport = {
    main: getHeapStatistics().total_physical_size,
    threads: statistics.map((heap) => heap.total_physical_size),
  }
  process.send?.(report)
})
// The channel keeps no process from ending
process.channel?.unref()
