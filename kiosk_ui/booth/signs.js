// A microphone and a camera, crossed out when they are off: what is off is told by more than a colour.
import { html, nothing, svg } from "/ui/vendor/lit/lit-html.js";

const SHAPES = {
  microphone: svg`<rect x="9" y="2.5" width="6" height="11" rx="3" fill="currentColor" stroke="none"/>
    <path d="M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5v4M8 21.5h8"/>`,
  camera: svg`<rect x="2" y="6.5" width="13" height="11" rx="2" fill="currentColor" stroke="none"/>
    <path d="M17.5 10.5l4-2.5v8l-4-2.5z" fill="currentColor"/>`,
};

/** @param {"microphone"|"camera"} name */
export const deviceSign = (name, off) => html`
  <svg class="icon device" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${SHAPES[name]}
    ${off ? svg`<path class="under" d="M3 2.5l18 19"/><path d="M3 2.5l18 19"/>` : nothing}</svg>`;
