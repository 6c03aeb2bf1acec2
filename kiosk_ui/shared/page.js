// Small things every page does: its own id from its address, and draw-when-something-changed.
import { render } from "/ui/vendor/lit/lit-html.js";

/** "/kiosk/main" -> "main" */
export const ownId = () => decodeURIComponent(location.pathname.split("/").filter(Boolean)[1] ?? "");

/** draw() is cheap to ask for: asked ten times in a frame, it draws once. */
export function drawer(view, root = document.body) {
  let asked = false;
  return function draw() {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      render(view(), root);
    });
  };
}

/** A lobby page is no document to select, drag, zoom or right-click. */
export function lockGestures() {
  for (const name of ["contextmenu", "dragstart", "selectstart"]) {
    document.addEventListener(name, (event) => event.preventDefault());
  }
}
