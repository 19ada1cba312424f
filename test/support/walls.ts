/**
 * The walls of docs/architecture.md, as rules over one source file: what it may import and which globals it may
 * touch. Type-only imports count as imports.
 *
 * @module
 */
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { parseSync, Visitor } from 'vite'

export type Source = { path: string; text: string }

/** `imports` sees packages by their specifier and files by their path from the root of the repository. */
type Wall = {
  name: string
  in: (path: string) => boolean
  imports?: (target: string, from: string) => boolean
  globals?: (use: string) => boolean
}

const under =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
const not = (test: (path: string) => boolean) => (path: string) => !test(path)

const inNode = under('src/runtime/node')
const inCli = under('src/runtime/cli')
const inWorkers = under('src/runtime/workers')
const inSocket = under('src/runtime/socket')
const inRuntime = under('src/runtime')
const inClient = under('src/client')
const inStore = under('src/store')
const inApi = under('src/api')
const inPages = under('src/pages')
const isPure = under(
  'src/kube',
  'src/plan',
  'src/check/http.ts',
  'src/check/tcp.ts',
  'src/check/dns.ts',
  'src/check/error-codes.ts',
  'src/check/failure.ts',
  'src/check/outcome.ts',
  'src/check/verdict.ts',
  'src/diagnose',
  'src/record',
  'src/history',
  'src/report',
)
const isConfig = (path: string) => /\/(config|setting-values)\.ts$/.test(path)

const isBuiltin = (target: string) => target.startsWith('node:') || builtinModules.includes(target)
/** Workerd has these modules of Node too, and they do there what they do here. */
const SHARED_BUILTINS = under('node:net', 'node:tls', 'node:crypto', 'node:async_hooks')
const NODE_PACKAGES = under('undici', 'better-sqlite3', '@hono/node-server', 'drizzle-orm/better-sqlite3')
const WORKERS_PACKAGES = (target: string) => target.startsWith('cloudflare:') || under('drizzle-orm/d1')(target)
const isDrizzle = under('drizzle-orm')
const isHono = under('hono', '@hono')
const isZod = under('zod', '@hono/zod-openapi')

/** These read a clock, a random source, the network, the process or a timer. */
const IMPURE_GLOBALS = under(
  'Date.now',
  'new Date()',
  'Date()',
  'Math.random',
  'performance',
  'fetch',
  'setTimeout',
  'setInterval',
  'queueMicrotask',
  'crypto',
  'process',
  'console',
  'systemClock',
  'newId',
)

/**
 * The line in which the folders of `src/` stand, each with what it may import besides itself, for values and for types
 * alike. What stands together, as `store` and `report` do, does not know each other.
 */
export const LINE: readonly (readonly string[])[] = [
  ['lib'],
  ['kube'],
  ['plan'],
  ['check'],
  ['diagnose'],
  ['record'],
  ['history'],
  ['store', 'report'],
  ['job'],
  ['schedule'],
  ['api', 'client'],
  ['pages'],
  ['runtime'],
]

/** The folder of `src/` that a path lies in; `null` for packages and for files beside the folders. */
export const folderOf = (path: string): string | null => /^src\/([^/]+)\//.exec(path)?.[1] ?? null

const rankOf = (folder: string): number => {
  const rank = LINE.findIndex((each) => each.includes(folder))
  return rank < 0 ? Number.NaN : rank
}

/** Tells whether a file of one folder of `src/` may import from another; a folder that has no place may import nothing. */
export const mayImport = (from: string, to: string): boolean => from === to || rankOf(to) < rankOf(from)

const isUpward = (target: string, from: string): boolean => {
  const [own, other] = [folderOf(from), folderOf(target)]
  return own !== null && other !== null && !mayImport(own, other)
}

const WALLS: readonly Wall[] = [
  { name: '0: the folders stand in a line', in: (path) => folderOf(path) !== null, imports: isUpward },
  {
    name: '1: only runtime/node imports Node and its packages',
    in: not((path) => inNode(path) || inCli(path) || inWorkers(path) || inSocket(path)),
    imports: (target) => isBuiltin(target) || NODE_PACKAGES(target),
  },
  {
    name: '1: outside runtime/node, only what workerd has too',
    in: (path) => inWorkers(path) || inSocket(path),
    imports: (target) => (isBuiltin(target) && !SHARED_BUILTINS(target)) || NODE_PACKAGES(target),
  },
  { name: '1: only runtime/workers imports cloudflare:*', in: not(inWorkers), imports: WORKERS_PACKAGES },
  { name: '1: runtime/node does not know runtime/workers', in: inNode, imports: inWorkers },
  { name: '1: runtime/cli knows runtime/node, and not runtime/workers', in: inCli, imports: inWorkers },
  { name: '1: nothing knows runtime/cli', in: not(inCli), imports: inCli },
  {
    name: '1: the client stands alone, and has no dependency',
    in: inClient,
    imports: not(inClient),
  },
  {
    name: '1: only runtime/cli and the pages know the client',
    in: not((path) => inCli(path) || inPages(path) || inClient(path)),
    imports: inClient,
  },
  { name: '3: a page asks the API', in: inPages, imports: under('src/store', 'src/job', 'src/schedule') },
  { name: '1: runtime/workers does not know runtime/node', in: inWorkers, imports: inNode },
  { name: '1: runtime/socket knows neither', in: inSocket, imports: (target) => inNode(target) || inWorkers(target) },
  {
    name: '1: no runtime sniffing, no environment in the core',
    in: not(inRuntime),
    globals: under('process', 'navigator', 'Deno', 'Bun', 'Buffer', 'global'),
  },
  {
    name: '2: pure code has no I/O, no clock and no randomness of its own',
    in: isPure,
    imports: (target) =>
      under('src/lib/log.ts', 'ulid')(target) || isDrizzle(target) || isHono(target) || isZod(target),
    globals: IMPURE_GLOBALS,
  },
  {
    name: '3: SQL stays in store/ and the adapters',
    in: not((path) => inStore(path) || inRuntime(path)),
    imports: (target) => isDrizzle(target) || /^src\/store\/([\w-]+-)?schema\.ts$/.test(target),
  },
  {
    name: '3: HTTP stays in api/ and the entry points',
    in: not((path) => inApi(path) || inRuntime(path)),
    imports: isHono,
  },
  { name: '3: zod stays at the edges', in: not((path) => inApi(path) || isConfig(path)), imports: isZod },
]

/** Every wall that a file breaks, as `path: what it uses (wall)`; empty when it breaks none. */
export function brokenWalls(source: Source): string[] {
  const imports = importsOf(source)
  const globals = globalsOf(source)
  return WALLS.filter((wall) => wall.in(source.path)).flatMap((wall) =>
    [
      ...imports.filter((target) => wall.imports?.(target, source.path)).map((target) => `imports ${target}`),
      ...globals.filter((use) => wall.globals?.(use)).map((use) => `uses ${use}`),
    ].map((use) => `${source.path} ${use} (wall ${wall.name})`),
  )
}

/**
 * Every cycle of files that import each other, values and types alike, as the sorted paths of its files: Tarjan's
 * strongly connected components. Empty where there is none.
 */
export function cyclesOf(sources: readonly Source[]): string[][] {
  const targets = new Map(sources.map((source) => [source.path, importsOf(source)]))
  const seen = new Map<string, { index: number; low: number; isOpen: boolean }>()
  const open: string[] = []
  const cycles: string[][] = []
  const visit = (path: string): number => {
    const own = { index: seen.size, low: seen.size, isOpen: true }
    seen.set(path, own)
    open.push(path)
    for (const target of targets.get(path) ?? []) {
      const other = seen.get(target)
      if (other === undefined && targets.has(target)) {
        own.low = Math.min(own.low, visit(target))
      } else if (other?.isOpen) {
        own.low = Math.min(own.low, other.index)
      }
    }
    if (own.low === own.index) {
      const members = open.splice(open.indexOf(path))
      for (const member of members) {
        Object.assign(seen.get(member) ?? {}, { isOpen: false })
      }
      if (members.length > 1) {
        cycles.push(members.sort())
      }
    }
    return own.low
  }
  for (const path of targets.keys()) {
    if (!seen.has(path)) {
      visit(path)
    }
  }
  return cycles
}

/** Returns what a file imports, statically or dynamically, re-exports included. */
export const importsOf = (source: Source): string[] => importingOf(source).map(({ target }) => target)

/** The same, each once, with whether it is for types alone. */
export function importingOf({ path, text }: Source): { target: string; isType: boolean }[] {
  const { module } = parseSync(path, text)
  const named = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      specifier: moduleRequest.value,
      isType: entries.length > 0 && entries.every((entry) => entry.isType),
    })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) =>
        moduleRequest === null ? [] : [{ specifier: moduleRequest.value, isType }],
      ),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      specifier: literal(text.slice(start, end)),
      isType: false,
    })),
  ]
  const found = new Map<string, boolean>()
  for (const { specifier, isType } of named) {
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
    found.set(target, isType && (found.get(target) ?? true))
  }
  return [...found].map(([target, isType]) => ({ target, isType }))
}

const literal = (expression: string): string => /^['"`](.*)['"`]$/.exec(expression)?.[1] ?? 'an expression'

/** Names used as globals: plain (`fetch`), and `Object.member` for `Date` and `Math`. */
function globalsOf({ path, text }: Source): string[] {
  const uses = new Set<string>()
  const members = new Set(['Date', 'Math'])
  new Visitor({
    MemberExpression(node) {
      if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') {
        return
      }
      if (members.has(node.object.name)) {
        uses.add(`${node.object.name}.${node.property.name}`)
      } else {
        uses.add(node.object.name)
      }
    },
    CallExpression(node) {
      if (node.callee.type === 'Identifier') {
        uses.add(node.callee.name === 'Date' ? 'Date()' : node.callee.name)
      }
    },
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0) {
        uses.add('new Date()')
      }
    },
  }).visit(parseSync(path, text).program)
  return [...uses]
}
