/**
 * From now on the second click of a double click presses no button. By then another one is under the pointer: deleting a row moves the next
 * one there, and a button that opens a poll has become one that closes it. Buttons with `data-repeats` are meant to be pressed in a row.
 */
export function ignoreDoubleClicks (): void {
  document.addEventListener('click', (event) => {
    // The browser counts clicks that come together; one by a key is none.
    if (event.detail < 2 || !(event.target instanceof Element)) return
    const button = event.target.closest('button')
    if (button === null || button.hasAttribute('data-repeats')) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }, { capture: true })
}
