/* What the info-TV looks like, as a pure function of the point's state and the page's own moment. */
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { icon } from "/ui/shared/icons.js";
import { minutes, pick, pickedLanguage, showNumber, speaker } from "/ui/shared/i18n.js";
import { callKey } from "/ui/tv/calls.js";

export const ROWS = 6; // more would be too small to read from five metres
export const PAGE = 6; // queues shown at a time; the rest take turns
const HEADS = ["fi", "sv"];

/**
 * state: view=tv of the point. ui: {live, signedIn, tick, local, fresh(row), pulsing(row), blocked, unlock()}; `tick` counts the turns
 * of the languages. Without a live state nothing on the page may be a number.
 */
export function view(state, ui) {
  if (!ui.signedIn) return notices(ui, "help", "tv-not-signed-in", "tv-not-signed-in-help");
  if (!ui.live || !state) return notices(ui, "error", "tv-stale", "tv-stale-help");
  if (state.issuing === "clock_not_set") return notices(ui, "error", "tv-clock", "tv-clock-help");
  if (closedForGood(state)) return [head(state, ui), closed(state, ui)];
  return [head(state, ui), board(state, ui), strip(state, ui)];
}

/** The language that the turning parts speak now. */
export const turn = (state, ui) => state.languages[ui.tick % state.languages.length];

/** Rows for the board: the newest calls; when there are too many, those already being served go first. */
export function rows(called) {
  if (called.length <= ROWS) return called;
  const kept = [...called].sort((a, b) => (a.state === "serving") - (b.state === "serving")).slice(0, ROWS);
  return called.filter((row) => kept.includes(row));
}

/** "K042" for the far end of a lobby: the space between letter and digits a whole one. */
const spaced = (number) => showNumber(number).replace("\u2009", "\u00a0");

const closedForGood = (state) => state.issuing === "closed" && !state.called.length && !state.next.length;

function notices(ui, kind, title, help) {
  return html`<main class="notices ${kind}">
    ${["fi", "sv", "en", "se"].map((lang) => html`<section lang=${lang}>
      <h1>${speaker(lang)(title)}</h1><p>${speaker(lang)(help)}</p></section>`)}
  </main>`;
}

function head(state, ui) {
  const lang = turn(state, ui);
  return html`<header>
    <h1 lang=${state.house}>${pick(state.point.name, state.house)}</h1>
    <p class="date" lang=${lang}>${pick(state.date_text, lang)}</p>
    <p class="clock">${ui.local}</p>
    ${ui.blocked ? html`<button class="unlock" @click=${ui.unlock}>${speaker(lang)("tv-sound")}</button>` : nothing}
  </header>`;
}

function closed(state, ui) {
  return html`<main class="notices closed">
    ${state.languages.map((lang) => html`<section lang=${lang}>
      <h2>${speaker(lang)("tv-closed")}</h2>
      ${state.opens_text ? html`<p>${speaker(lang)("tv-opens", { when: pick(state.opens_text, lang) })}</p>` : nothing}
    </section>`)}
  </main>`;
}

function board(state, ui) {
  const list = rows(state.called);
  return html`<main class="board">
    <section class="called" data-rows=${Math.max(4, list.length)} ?data-wide=${list.some((row) => labelOf(row).length === 2)}>
      <div class="titles"><h2>${both(state, ui, "tv-now-serving")}</h2><p>${both(state, ui, "tv-counter")}</p></div>
      ${list.length ? html`<ol>${repeat(list, callKey, (row) => calledRow(row, state, ui))}</ol>` : nobody(state, ui)}
    </section>
    <aside>${coming(state, ui)}${queues(state, ui)}</aside>
  </main>`;
}

/** A heading in Finnish and Swedish, whichever of them the point speaks. */
function both(state, ui, id) {
  const langs = HEADS.filter((lang) => state.languages.includes(lang));
  return (langs.length ? langs : [state.house]).map((lang, n) => html`${n ? " · " : nothing}<span lang=${lang}>${speaker(lang)(id)}</span>`);
}

function calledRow(row, state, ui) {
  const lang = state.languages.includes(row.language) ? row.language : state.house;
  const label = labelOf(row);
  const fresh = ui.fresh(row);
  return html`<li class=${fresh ? (ui.pulsing(row) ? "fresh pulsing" : "fresh") : row.state === "serving" ? "serving" : "waits"}>
    <b class="number">${spaced(row.number)}</b>
    <span class="word" lang=${lang}>${speaker(lang)(rowWord(row, fresh))}</span>
    ${icon("chevron-right")}
    <b class="counter ${labelSize(label)}"><bdi>${label}</bdi></b>
  </li>`;
}

/** A name in place of a number, as a booth has, gets two lines and letters as small as its longest word needs. */
function labelSize(label) {
  if (label.length <= 2) return "";
  const word = longest(label);
  return word > 17 ? "long smaller" : word > 11 ? "long small" : "long";
}

const longest = (name) => Math.max(...name.split(/[\s\u00ad-]/).map((part) => part.length));

const labelOf = (row) => String(row.counter_label ?? row.counter);

function rowWord(row, fresh) {
  if (row.state === "serving" && !fresh) return "tv-serving";
  return row.call > 1 ? "tv-recalled" : "tv-called";
}

function nobody(state, ui) {
  return html`<div class="nobody">${state.languages.slice(0, 4).map((lang) => html`<p lang=${lang}>${speaker(lang)("tv-nobody-called")}</p>`)}</div>`;
}

function coming(state, ui) {
  const lang = turn(state, ui);
  return html`<section class="next"><h2>${both(state, ui, "tv-next")}</h2>
    ${state.next.length
      ? html`<ol>${repeat(state.next, (number) => number, (number) => html`<li>${spaced(number)}</li>`)}</ol>`
      : html`<p class="none" lang=${lang}>${speaker(lang)("tv-nobody-waits")}</p>`}
  </section>`;
}

function queues(state, ui) {
  const lang = turn(state, ui);
  const t = speaker(lang);
  const pages = Math.max(1, Math.ceil(state.queues.length / PAGE));
  const first = (Math.floor(ui.tick / state.languages.length) % pages) * PAGE;
  return html`<table lang=${lang}>
    <thead><tr><th scope="col">${t("tv-queue")}</th><th scope="col">${t("tv-waiting")}</th><th scope="col">${t("tv-wait")}</th></tr></thead>
    <tbody>${state.queues.slice(first, first + PAGE).map((queue) => html`<tr>
      <th scope="row" class=${nameSize(pick(queue.name, lang))}><bdi>${pick(queue.name, lang)}</bdi></th>
      ${queue.waiting
        ? html`<td class="count">${queue.waiting}</td><td>${waitWords(queue, t)}</td>`
        : html`<td class="none" colspan="2">${t("tv-no-queue")}</td>`}
    </tr>`)}</tbody></table>`;
}

/** Two lines are there for a name; a long name or a long word gets smaller letters instead of a broken word. */
function nameSize(name) {
  const word = longest(name);
  if (word > 30 || name.length > 70) return "huge"; // cut off with an ellipsis: no name a point would choose
  if (word > 24 || name.length > 48) return "smaller";
  return word > 19 || name.length > 36 ? "small" : "";
}

function waitWords(queue, t) {
  const min = minutes(queue.estimate);
  if (min === null) return t("tv-unknown");
  return min < 5 ? t("tv-soon") : t("tv-minutes", { min });
}

function strip(state, ui) {
  const lang = turn(state, ui);
  const text = stripText(state, ui, lang);
  if (!text) return nothing;
  const size = text.length > 160 ? "tiny" : text.length > 80 ? "small" : "";
  return html`<footer lang=${lang} class=${size}>${icon("info")}<p><bdi>${text}</bdi></p></footer>`;
}

function stripText(state, ui, lang) {
  const own = { closed: "tv-closing", journal_full: "tv-full" }[state.issuing];
  if (own) return speaker(lang)(own);
  return state.message ? pick(state.message, lang) : speaker(lang)("tv-take-number");
}
