// One sprite, named pictures: icon("clock") for signs, picture("briefcase") for illustrations.
// Decoration only: the words beside an icon carry the meaning, so it is hidden from screen readers.
import { html, svg } from "/ui/vendor/lit/lit-html.js";

const SPRITE = "/ui/vendor/icons.svg#";

/** @param {string} name of a symbol in icons.svg; @param {string} [kind] further css classes */
export const icon = (name, kind = "") =>
  html`<svg class="icon ${kind}" aria-hidden="true" focusable="false">${use(name)}</svg>`;

export const picture = (name) => icon(name, "picture");

const use = (name) => svg`<use href=${SPRITE + String(name).replace(/[^a-z0-9-]/g, "")}></use>`;
