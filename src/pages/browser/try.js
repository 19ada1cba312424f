// @ts-check
/** The field for manifests: numbers beside its lines, and files that are dropped on it. It works without. */

/** Numbering longer texts would keep whoever types waiting. */
const LINES = 5000
const DROPPED_BYTES = 1024 * 1024

/** @param {HTMLTextAreaElement} field */
function number(field) {
  const box = document.createElement('div')
  box.className = 'numbered'
  const numbers = document.createElement('pre')
  numbers.className = 'numbers'
  numbers.setAttribute('aria-hidden', 'true')
  field.before(box)
  box.append(numbers, field)
  field.wrap = 'off'
  let count = 0
  const draw = () => {
    const lines = Math.min(LINES, field.value.split('\n').length)
    if (lines !== count) {
      count = lines
      numbers.textContent = Array.from({ length: lines }, (_, at) => at + 1).join('\n')
    }
    follow()
  }
  const follow = () => {
    numbers.style.height = `${field.offsetHeight}px`
    numbers.scrollTop = field.scrollTop
  }
  field.addEventListener('input', draw)
  field.addEventListener('scroll', follow)
  new ResizeObserver(follow).observe(field)
  draw()
  return draw
}

/**
 * @param {HTMLTextAreaElement} field
 * @param {() => void} drawn
 */
function takeFiles(field, drawn) {
  field.addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files')) {
      event.preventDefault()
      field.classList.add('dropping')
    }
  })
  field.addEventListener('dragleave', () => field.classList.remove('dropping'))
  field.addEventListener('drop', (event) => {
    const files = [...(event.dataTransfer?.files ?? [])]
    if (files.length > 0) {
      event.preventDefault()
      field.classList.remove('dropping')
      void read(field, files).then(drawn)
    }
  })
}

/**
 * Several files make one text of several documents.
 *
 * @param {HTMLTextAreaElement} field
 * @param {File[]} files
 */
async function read(field, files) {
  if (files.reduce((sum, { size }) => sum + size, 0) > DROPPED_BYTES) {
    field.value = '# These files are larger than 1 MiB together.\n'
    return
  }
  const texts = await Promise.all(files.map((file) => file.text()))
  field.value = texts.map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)).join('---\n')
}

const field = document.querySelector('textarea#manifests')
if (field instanceof HTMLTextAreaElement) {
  takeFiles(field, number(field))
}
