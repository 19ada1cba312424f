// @ts-check
/** Shows times in the reader's time zone, and makes buttons that copy. Every page loads this, and works without it. */

/** @param {ParentNode} root */
export function showTimes(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
  for (const each of root.querySelectorAll('time[datetime]')) {
    const at = new Date(each.getAttribute('datetime') ?? '')
    if (!each.hasAttribute('data-kept') && !Number.isNaN(at.getTime())) {
      each.setAttribute('title', each.textContent ?? '')
      each.textContent = format.format(at)
      each.setAttribute('data-kept', '')
    }
  }
}

/** @param {ParentNode} root */
export function offerCopies(root) {
  if (!navigator.clipboard) {
    return
  }
  for (const button of root.querySelectorAll('button[data-copy][hidden]')) {
    button.removeAttribute('hidden')
    button.addEventListener('click', () => void copy(button))
  }
}

/** @param {Element} button */
async function copy(button) {
  const label = button.textContent ?? ''
  await navigator.clipboard.writeText(button.parentElement?.querySelector('code')?.textContent ?? '')
  button.textContent = 'Copied'
  button.setAttribute('aria-live', 'polite')
  setTimeout(() => {
    button.textContent = label
  }, 2000)
}

showTimes(document)
offerCopies(document)
