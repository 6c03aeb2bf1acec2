// Where the focus goes when the page changes under it. Each is done after the next drawing.

/** Whatever had the focus is gone from the page: it goes to what stands in its place. */
export function atHand(selector) {
  queueMicrotask(() => document.activeElement === document.body && document.querySelector(selector)?.focus());
}

/** To the first field of the panel: in a form, what is required. */
export function toFirst() {
  queueMicrotask(() => document.querySelector("form.panel [data-first], .devices [data-first]")?.focus());
}

/** The panel is gone: to what had the focus before, its like, or the button of the panel. */
export function back({ element, panel }) {
  queueMicrotask(() => {
    const like = element.isConnected && element !== document.body ? element : document.getElementById(element.id);
    (like ?? document.querySelector(`[data-panel="${panel}"]`))?.focus();
  });
}

/** Pointer or focus is on the list of who waits. */
export function onList() {
  return Boolean(document.querySelector(".waiting .rows:is(:hover, :focus-within)"));
}
