// @ts-check
/** What runs on a page while it is looked at. Each function is handed over by its text, and knows nothing beside it. */

/**
 * Tells what the Content-Security-Policy refuses, by a function that the page has been given.
 *
 * @param {string} tell
 */
export function tellViolations(tell) {
  addEventListener('securitypolicyviolation', (event) => {
    // @ts-expect-error: it is there by name
    window[tell](`CSP: ${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`)
  })
}

/** @param {unknown} options */
export function runAxe(options) {
  // @ts-expect-error: axe-core is there by name
  return window.axe.run(options)
}

/** What makes the page itself scroll to the side; a region of its own may. Scripts follow a new width in a frame or two. */
export async function tooWide() {
  const root = document.documentElement
  for (let frames = 0; frames < 10 && root.scrollWidth > root.clientWidth; frames++) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
  const { clientWidth, scrollWidth } = root
  if (scrollWidth <= clientWidth) {
    return []
  }
  const wide = [...document.body.querySelectorAll('*')].filter(
    (each) =>
      each.getBoundingClientRect().right > clientWidth + 1 && each.closest('section[tabindex="0"], pre') === null,
  )
  const named = wide.slice(0, 3).map((each) => each.outerHTML.slice(0, 100))
  return [`${scrollWidth} px wide in ${clientWidth}: ${named.join(' | ')}`]
}

/** What stands on the page that no page of ours makes; `beacon` is where nothing may lead. @param {string} beacon */
export function madeUp(beacon) {
  const tags =
    'made-up,iframe,object,embed,base,marquee,math,plaintext,xmp,foreignObject,animate,video,audio,body style,applet,frameset,' +
    'meta[http-equiv],script:not([src^="/assets/"]),link:not([href^="/"])'
  const found = [...document.querySelectorAll(tags)]
  const scheme = /^[\s\p{Cc}]*(?:java\s*script|vbscript|data):/iu
  for (const each of document.querySelectorAll('*')) {
    const isMade = [...each.attributes].some(
      ({ name, value }) =>
        name.startsWith('on') ||
        // Scripts of ours set sizes
        (name === 'style' && /url|spin|inset|pwn/.test(value)) ||
        (['href', 'src', 'action', 'formaction', 'xlink:href', 'srcdoc', 'poster', 'data'].includes(name) &&
          (scheme.test(value) || value.includes(beacon))),
    )
    if (isMade) {
      found.push(each)
    }
  }
  return found.map((each) => each.outerHTML.slice(0, 200))
}

/** The numbers of the payloads that are there to be read. */
export function payloadsShown() {
  const texts = [document.documentElement.textContent ?? '']
  for (const each of document.querySelectorAll('[title], input, textarea, option')) {
    texts.push(each.getAttribute('title') ?? '', each.getAttribute('value') ?? '')
  }
  return [...texts.join(' ').matchAll(/pwn(\d+)\./g)].map(([, number]) => Number(number))
}

/** In which places, as they say themselves, texts of others are there to be read. */
export function placesShown() {
  return [...(document.documentElement.textContent ?? '').matchAll(/in-([a-z-]+)\./g)].map(([, place = '']) => place)
}

/** Texts with characters that turn others around, or hide: they are to be spelled out. What is typed stays as it was. */
export function hiding() {
  const found = []
  const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT)
  for (let at = texts.nextNode(); at !== null; at = texts.nextNode()) {
    const text = at.nodeValue ?? ''
    if (/[\u200b\u202a-\u202e\u2066-\u2069\ufeff]/.test(text) && at.parentElement?.closest('textarea') === null) {
      found.push(`hides: ${at.parentElement.outerHTML.slice(0, 60)} ${text.trim().slice(0, 80)}`)
    }
  }
  return found
}

/**
 * What has the focus: its place among all elements, how it is called, and whether that can be seen. `null`: nothing of
 * the page has it.
 */
export function focused() {
  const at = document.activeElement
  if (at === null || at === document.body || at === document.documentElement) {
    return null
  }
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at)
  const { width, height } = at.getBoundingClientRect()
  const label =
    at.getAttribute('aria-label') ?? document.getElementById(at.getAttribute('aria-labelledby') ?? '')?.textContent
  return {
    // In the body alone: styles that come later shift what stands in the head
    at: [...document.body.querySelectorAll('*')].indexOf(at),
    tag: at.tagName.toLowerCase(),
    name: (label ?? at.textContent ?? '').replaceAll(/\s+/g, ' ').trim(),
    html: at.outerHTML.slice(0, 120),
    // WCAG 2.4.11: something else may cover a part of it
    isCovered: ![...at.getClientRects()].some(({ left, top, right, bottom }) =>
      [
        [left + 3, top + 3],
        [(left + right) / 2, (top + bottom) / 2],
        [right - 3, bottom - 3],
      ].some(([x = 0, y = 0]) => {
        const there = document.elementFromPoint(x, y)
        return there !== null && (at.contains(there) || there.contains(at))
      }),
    ),
    // A hop of the map has no box of its own: what it is drawn with is framed
    isFramed: [...at.querySelectorAll('rect')].some((each) => {
      const { stroke, strokeWidth } = getComputedStyle(each)
      return stroke !== 'none' && Number.parseFloat(strokeWidth) >= 2
    }),
    isSeen:
      (outlineStyle === 'auto' ||
        (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) ||
        boxShadow !== 'none') &&
      width * height > 0,
  }
}

/** Which of these has the focus, or has in it what has: its place among them; -1: none. @param {string} selector */
export function focusedAmong(selector) {
  return [...document.querySelectorAll(selector)].findIndex((each) => each.matches(':focus, :has(:focus)'))
}

/** Where a link within the page has led: what stands there, and whether it is marked, and seen on the screen as it is. */
export function ledTo() {
  const at = document.querySelector(':target')
  if (at === null) {
    return null
  }
  const { top, bottom, left } = at.getBoundingClientRect()
  const { outlineStyle, outlineWidth } = getComputedStyle(at)
  const above = document.elementFromPoint(Math.max(left, 0) + 4, Math.max(top, 0) + 4)
  return {
    id: at.id,
    text: (at.textContent ?? '').replaceAll(/\s+/g, ' ').trim(),
    isSeen: at.checkVisibility() && top >= 4 && Math.min(bottom, top + 24) <= innerHeight && at.contains(above),
    isMarked: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
  }
}

/** Which of these a reader of the page can see. @param {string} selector */
export function seen(selector) {
  return [...document.querySelectorAll(selector)]
    .filter((each) => each.checkVisibility())
    .map((each) => each.outerHTML.slice(0, 120))
}

/** Buttons that do nothing where no script runs. @param {Element[]} buttons */
export function useless(buttons) {
  return buttons
    .filter((each) => each.getAttribute('type') === 'button' || /** @type {HTMLButtonElement} */ (each).form === null)
    .map((each) => each.outerHTML.slice(0, 120))
}

/** Of the page itself: how light its ground is, from 0 to 255. */
export function groundOf() {
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []).map(
    Number,
  )
  return Math.min(red, green, blue)
}

/** What a paste leaves in a field, at once: to be typed it would take a browser seconds. @param {Element} field @param {string} text */
export function paste(field, text) {
  if (field instanceof HTMLTextAreaElement) {
    field.value = text
  }
}

/** What of the page is not there to be read on paper: it lies beyond an edge, or within what would have to be scrolled. */
export function cutOff() {
  const root = document.documentElement
  const found = []
  for (const each of document.body.querySelectorAll('*')) {
    const { overflowX, display } = getComputedStyle(each)
    const isHidden = each.closest('.visually-hidden, [aria-hidden="true"]') !== null || !each.checkVisibility()
    const isClipped = overflowX !== 'visible' && display !== 'inline' && each.scrollWidth > each.clientWidth + 1
    const isBeyond = each.getBoundingClientRect().right > root.clientWidth + 1 && each.closest('svg') === null
    if (!isHidden && (isClipped || isBeyond)) {
      found.push(`${isClipped ? 'clipped' : 'beyond'}: ${each.outerHTML.slice(0, 120)}`)
    }
  }
  return found.slice(0, 5)
}

/** Which of these are told by their colour alone. @param {string} selector */
export function mute(selector) {
  return [...document.querySelectorAll(selector)]
    .filter((each) => !/[a-z]{2}/i.test(each.textContent ?? ''))
    .map((each) => each.outerHTML.slice(0, 120))
}

/** Signs of drawings that stand on a ground of their own colour. */
export function lostSigns() {
  return [...document.querySelectorAll('svg circle + text, svg rect ~ a text')]
    .filter((text) => {
      const ground = text.previousElementSibling ?? text.closest('svg')?.querySelector('rect') ?? null
      return ground !== null && getComputedStyle(text).fill === getComputedStyle(ground).fill
    })
    .map((text) => text.outerHTML.slice(0, 120))
}

/** What moves by itself, or would if it were scrolled to. */
export function moving() {
  const isSmooth = getComputedStyle(document.documentElement).scrollBehavior === 'smooth'
  return [
    ...document.getAnimations().map(({ id, playState }) => `moves: ${id} ${playState}`),
    ...(isSmooth ? ['scrolls smoothly'] : []),
  ]
}

/** Doubles the size of all texts, as readers set it in their browser. */
export function enlarge() {
  document.documentElement.style.fontSize = '200%'
}
