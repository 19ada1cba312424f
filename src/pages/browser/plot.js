// @ts-check
/**
 * Makes plots to zoom into of the drawings of a Service's page: dragging over one shows that span in both, in finer
 * steps as far as they are kept. Loaded when the drawings come into view; they stay where this cannot run.
 */

const MOST_POINTS = 300
const STEPS_S = [60, 300, 900, 3600, 10_800, 43_200, 86_400]
const HIGH = 190

/**
 * @typedef {{ at: string, pass: number, fail: number, error: number, p50Ms: number|null, p95Ms: number|null, p99Ms:
 * number|null }} Point
 */

/** @type {HTMLElement|null} */
const root = document.querySelector('.plots[data-series]')
if (root !== null) {
  new IntersectionObserver((seen, observer) => {
    if (seen.some(({ isIntersecting }) => isIntersecting)) {
      observer.disconnect()
      void begin(root)
    }
  }).observe(root)
}

/** @param {HTMLElement} plots */
async function begin(plots) {
  const { from = '', to = '', step = '', uplot = '', sheet = '' } = plots.dataset
  const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: sheet })
  const [{ default: UPlot }, points] = await Promise.all([
    import(uplot),
    read(plots, { from, to, step }),
    new Promise((resolve) => {
      style.onload = resolve
      document.head.append(style)
    }),
  ])
  if (points === null) {
    return
  }
  /** @type {any[]} */
  const made = []
  /** @param {readonly Point[]} shown */
  const show = (shown) => made.forEach((each) => void each.plot.setData(each.dataOf(shown)))
  /** @param {number} min @param {number} max seconds */
  const zoom = async (min, max) => {
    const wanted = (max - min) / MOST_POINTS
    const seconds = STEPS_S.find((each) => each >= wanted) ?? wanted
    const finer = await read(plots, { from: instant(min), to: instant(max), step: `${Math.ceil(seconds)}s` })
    if (finer !== null && finer.length > 1) {
      show(finer)
    }
  }
  const colour = (/** @type {string} */ name) => getComputedStyle(plots).getPropertyValue(`--${name}`).trim()
  for (const { figure, series, dataOf, unit } of kinds(plots, UPlot, colour)) {
    const area = /** @type {HTMLElement} */ (figure.querySelector('.area'))
    const axis = {
      stroke: colour('quiet'),
      grid: { stroke: colour('line'), width: 1 },
      ticks: { stroke: colour('line') },
    }
    const options = {
      width: area.clientWidth,
      height: HIGH,
      cursor: { drag: { x: true, y: false, setScale: false } },
      scales: {
        y: {
          range: (/** @type {any} */ _, /** @type {number} */ min, /** @type {number} */ max) => [
            Math.min(0, min),
            Math.max(1, max),
          ],
        },
      },
      series: [{}, ...series],
      axes: [
        axis,
        { ...axis, size: 70, values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map(unit) },
      ],
      hooks: {
        setSelect: [
          (/** @type {any} */ plot) => {
            const { left, width } = plot.select
            if (width > 4) {
              void zoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
            }
          },
        ],
      },
    }
    const place = document.createElement('div')
    area.replaceWith(place)
    const plot = new UPlot(options, dataOf(points), place)
    plot.over.addEventListener('dblclick', () => show(points))
    new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HIGH })).observe(figure)
    made.push({ plot, dataOf })
  }
  document.querySelector('[data-zoom-hint]')?.removeAttribute('hidden')
}

/** A bar of no height would be seen as a line. @param {number} value */
const orNone = (value) => value || null

const instant = (/** @type {number} */ seconds) => new Date(seconds * 1000).toISOString()

/**
 * @param {HTMLElement} plots
 * @param {{ from: string, to: string, step: string }} of
 * @returns {Promise<readonly Point[]|null>} `null`: the server does not tell
 */
async function read(plots, of) {
  try {
    const answer = await fetch(`${plots.dataset.series}&${new URLSearchParams(of)}`, {
      headers: { accept: 'application/json' },
    })
    return answer.ok ? (await answer.json()).points : null
  } catch {
    return null
  }
}

/**
 * @param {HTMLElement} plots
 * @param {any} UPlot
 * @param {(name: string) => string} colour
 */
function kinds(plots, UPlot, colour) {
  const bars = UPlot.paths.bars({ size: [0.8, 60] })
  const times = (/** @type {readonly Point[]} */ points) => points.map(({ at }) => Date.parse(at) / 1000)
  const figureOf = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (plots.querySelector(`[data-plot="${name}"]`))
  const count = (/** @type {number|null} */ value) => (value === null ? '–' : String(Math.abs(value)))
  const ms = (/** @type {number|null} */ value) => (value === null ? '–' : `${Math.round(value * 10) / 10} ms`)
  const tries = (/** @type {string} */ label, /** @type {string} */ name) => ({
    ...{ label, paths: bars, points: { show: false }, fill: colour(name), stroke: colour(name), width: 1 },
    value: (/** @type {any} */ _, /** @type {number|null} */ value) => count(value),
  })
  const line = (/** @type {string} */ label, /** @type {number[]} */ dash) => ({
    ...{ label, stroke: colour('link'), width: 2, dash },
    value: (/** @type {any} */ _, /** @type {number|null} */ value) => ms(value),
  })
  return [
    {
      figure: figureOf('outcomes'),
      series: [tries('Passed', 'pass'), tries('Failed and errors', 'error'), tries('Failed', 'fail')],
      // Errors stand below what failed, which is drawn over them
      dataOf: (/** @type {readonly Point[]} */ points) => [
        times(points),
        points.map(({ pass }) => orNone(pass)),
        points.map(({ fail, error }) => orNone(-(fail + error))),
        points.map(({ fail }) => orNone(-fail)),
      ],
      unit: count,
    },
    {
      figure: figureOf('latency'),
      series: [line('P50', []), line('P95', [6, 3]), line('P99', [2, 3])],
      dataOf: (/** @type {readonly Point[]} */ points) => [
        times(points),
        points.map(({ p50Ms }) => p50Ms),
        points.map(({ p95Ms }) => p95Ms),
        points.map(({ p99Ms }) => p99Ms),
      ],
      unit: ms,
    },
  ]
}
