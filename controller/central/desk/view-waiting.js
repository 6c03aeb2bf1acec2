// Before a session: who waits in this expert's pools, and the big button.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { LANGUAGE_NAMES, showNumber } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { timer, waited } from "/expert/time.js";

export function waiting(ui, t) {
  return html`<section class="waiting">
      <h2>${t("desk-waiting", { n: ui.waiting.length })}</h2>
      ${ui.rows.length ? html`<ol class="rows" @pointerleave=${ui.settle} @focusout=${() => queueMicrotask(ui.settle)}>${repeat(ui.rows, (row) => row.session, (row) => waiter(row, ui, t))}</ol>`
        : html`<p class="nobody">${t(ui.live ? "desk-nobody" : "desk-not-known")}</p>`}
    </section>
    <section class="middle">${ui.over ? over(ui, t) : nothing}${big(ui, t)}</section>`;
}

function waiter(row, ui, t) {
  const { lang } = ui;
  const isMine = ui.answering === row.session;
  const isGone = row.isGone && !isMine;
  const word = t(isMine ? "desk-answering" : "desk-answer");
  return html`<li class=${isGone ? "gone" : row.rings ? "rings" : ""} data-session=${row.session}>
    <div class="what">
      <b><bdi>${ui.name(row.service_name) || row.service}</bdi></b>
      <span class="tags">
        ${row.mode === "appointment" ? html`<span class="tag loud">${icon("calendar-checked")}${t("desk-booked")}</span>` : nothing}
        ${row.mode === "support" ? html`<span class="tag loud">${t("desk-support")}</span>` : nothing}
        ${languageTag(row.language, ui)}
        ${row.interpreter ? html`<span class="tag loud">${interpreter(row.interpreter, t)}</span>` : nothing}
      </span>
      <small><bdi>${ui.name(row.point_name) || row.point}</bdi>${row.booth ? html` · <bdi>${ui.name(row.booth_name) || row.booth}</bdi>` : nothing}${advisorAt(row, ui, t)}
        ${row.number ? html` · <span class="number">${showNumber(row.number)}</span>` : nothing}</small>
      ${row.agreed ? nothing : html`<small class="unready">${t("desk-not-agreed")}</small>`}
    </div>
    <p class="since"><b>${waited(t, ui.now() - Date.parse(row.requested_at))}</b>
      <small>${isGone ? t("desk-no-longer") : t("desk-since", { time: clock(row.requested_at, lang) })}</small></p>
    <button class=${row.rings ? "answer rings" : "answer"} ?disabled=${Boolean(ui.answering) || !row.agreed || isGone} @click=${() => ui.answer(row.session)}
      aria-label="${word}: ${whom(row, ui, t)}">${icon("phone")}${word}</button>
  </li>`;
}

const clock = (moment, lang) => new Date(moment).toLocaleTimeString(lang === "en" ? "en-GB" : lang, { hour: "2-digit", minute: "2-digit" });

/** The customer's language, loud when it is none of this expert's. */
export function languageTag(lang, ui) {
  const mine = ui.you?.languages.includes(lang);
  return html`<span class="tag ${mine ? "" : "loud"}" lang=${lang}>${LANGUAGE_NAMES[lang] ?? lang}</span>`;
}

/** Whose counter it is, of an advisor who is supported. */
export const advisorAt = ({ mode, counter, counter_name: name }, ui, t) =>
  mode === "support" && counter ? html` · <bdi>${t("desk-advisor-at", { counter: ui.name(name) || counter })}</bdi>` : nothing;

/** Who it is, in a line: the service, and the number or the counter. */
function whom(row, ui, t) {
  const where = row.mode === "support" && row.counter ? t("desk-advisor-at", { counter: ui.name(row.counter_name) || row.counter }) : "";
  return [ui.name(row.service_name) || row.service, row.number ? showNumber(row.number) : where].filter(Boolean).join(", ");
}

/** "Interpreter", or which. */
export const interpreter = (wanted, t) =>
  typeof wanted === "string" ? t("desk-interpreter-of", { language: LANGUAGE_NAMES[wanted] ?? wanted }) : t("desk-interpreter");

function big(ui, t) {
  const rings = ui.waiting.find((row) => row.rings);
  const ready = ui.you?.ready;
  const word = rings ? "desk-answer-next" : ready ? "desk-you-are-ready" : "desk-be-ready";
  return html`<div class="card state ${rings ? "rings" : ready ? "ready" : ""}">
      <p class="status" role="status">${t(rings ? "desk-rings-at-you" : ready ? "desk-ready-help" : "desk-not-ready-help")}</p>
      ${rings ? html`<p class="next" id="next"><bdi>${whom(rings, ui, t)}</bdi> ${languageTag(rings.language, ui)}</p>` : nothing}
      <button class="primary" ?disabled=${!ui.live || Boolean(ui.answering) || (ready && !rings)} aria-describedby=${rings ? "next" : nothing} @click=${ui.pressPrimary}>${t(word)}<kbd>F2</kbd></button>
    </div>
    <div class="card pools"><h2>${t("desk-pools")}</h2>
      <p>${ui.you?.pools.map((id) => ui.name(ui.you.pool_names[id]) || id).join(", ")}</p>
      <p class="quiet">${ui.you?.languages.map((one) => LANGUAGE_NAMES[one] ?? one).join(", ")}</p></div>`;
}

/** The session that has just ended: why, and how long it was. */
function over({ over: { brief, why, lasted }, ...ui }, t) {
  const id = `desk-over-${why}`;
  const words = t(id);
  return html`<div class="card over" tabindex="-1"><h2>${t("desk-over")}</h2>
    <p>${words === id ? t("desk-over-other") : words}</p>
    <p class="quiet"><bdi>${ui.name(brief.service_name) || brief.service}</bdi> · ${timer(lasted)}</p></div>`;
}
