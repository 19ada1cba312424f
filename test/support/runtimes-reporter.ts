import type { Reporter, TestModule } from 'vitest/node'

/** Suites that both runtimes must pass: of the API over HTTP, of the network, the queue, the store. */
const isContract = (path: string): boolean =>
  /\/test\/((api|network|queue)\/[^/]+|runtime\/(node|workers)\/store)\.test\.ts$/.test(path)

const passed = (modules: readonly TestModule[]): number =>
  modules.reduce((sum, module) => sum + [...module.children.allTests('passed')].length, 0)

/** Says at the end how many tests of the contract suites passed on each runtime. */
export const runtimesReporter: Reporter = {
  onTestRunEnd(modules) {
    const contract = modules.filter(({ moduleId }) => isContract(moduleId))
    const onWorkers = contract.filter(({ project }) => project.name !== 'unit')
    if (onWorkers.length === 0) {
      return
    }
    const onNode = contract.filter(({ project }) => project.name === 'unit')
    console.log(`Contract suites: ${passed(onNode)} tests passed on Node, ${passed(onWorkers)} on Workers`)
  },
}
