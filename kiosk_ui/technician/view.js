/* The technician's page as a pure function: what needs a hand first, every device, what nobody owns, the box. */
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { LANGUAGE_NAMES, pick, speaker } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { deviceCard, SIGNS } from "/ui/technician/device.js";
import { pointCard, pointTroubles } from "/ui/technician/point.js";
import { causesOf, causeWords, kindWords, nameOf, severity } from "/ui/technician/words.js";

/**
 * state: view=technician of the point, null before the first. ui: {live (null: not known yet), lang, contrast, local,
 * busy, problems, heard, copied, age(iso) -> ms, test(device), newRoll(device), copy(stanza, event), speak(lang), pressContrast()}.
 * Without a live link everything stays in sight, greyed, and says when it was true.
 */
export function view(state, ui) {
  const t = speaker(ui.lang, state?.house);
  document.title = `${t("technician-title")} – Luukku`;
  const stale = ui.live === false;
  return html`${head(state, ui, t)}
    <p class="only-heard" role="status">${ui.heard}</p>
    <div role="alert">${stale ? lost(ui, t) : nothing}</div>
    ${state ? html`<main class=${stale ? "stale" : ""}>
      ${summary(state, t)}
      <section aria-labelledby="devices-title"><h2 id="devices-title" class="only-heard">${t("technician-title")}</h2>
        <ul class="devices">${repeat(state.devices, nameOf, (one) => deviceCard(one, ui, t))}</ul></section>
      ${state.unknown.length ? unowned(state, ui, t) : nothing}
      ${pointCard(state, ui, t)}
    </main>` : html`<main><p class="waiting">${stale ? "" : t("technician-wait")}</p></main>`}`;
}

function head(state, ui, t) {
  return html`<header><h1>${t("technician-title")} <span><bdi>${pick(state?.point.name, ui.lang, state?.house)}</bdi></span></h1>
    <button class="flat" aria-pressed=${String(ui.contrast)} @click=${ui.pressContrast}>${t("technician-contrast")}</button>
    <label class="language"><span class="only-heard">${t("technician-language")}</span>
      <select @change=${(event) => ui.speak(event.target.value)}>${Object.keys(LANGUAGE_NAMES).map((lang) => html`
        <option value=${lang} lang=${lang} ?selected=${lang === ui.lang}>${LANGUAGE_NAMES[lang]}</option>`)}</select></label>
    <p class="clock">${ui.live ? ui.local : ""}</p></header>`;
}

const lost = (ui, t) => html`<div class="notice alert lost">${icon("warning")}<div><strong>${t("technician-stale")}</strong>
  <p>${t("technician-stale-help", { local: ui.local || "–" })}</p></div></div>`;

/** What needs a hand, worst first, each a link to its card. Said aloud whenever it changes. */
function summary(state, t) {
  const lines = [...state.devices.map((one) => deviceLine(one, t)), ...pointTroubles(state, t).map((one) => pointLine(one, t))];
  const groups = ["bad", "warn", "unknown"].map((how) => [how, lines.filter((one) => one.how === how)]).filter(([, found]) => found.length);
  const simulated = state.devices.filter((one) => one.simulated);
  return html`<div class="summary" aria-live="polite">
    ${groups.length ? groups.map(([how, found]) => group(how, found, t))
      : html`<p class="notice good">${icon(SIGNS.good)}<span>${t("technician-summary-good")}</span></p>`}
    ${simulated.length ? html`<p class="notice sim"><span>${t("technician-summary-simulated", { names: simulated.map((one) => one.id).join(", ") })}</span></p>` : nothing}
  </div>`;
}

const deviceLine = (one, t) => ({ how: severity(one), to: nameOf(one), name: html`${kindWords(one.kind, t)} <bdi>${one.id}</bdi>`,
  words: causesOf(one).map((cause) => causeWords(cause, t)).join(", ") });
const pointLine = ({ name, how, words }, t) => ({ how, to: "point", name: t(`technician-${name}`), words });

function group(how, lines, t) {
  return html`<div class="notice ${{ bad: "alert", warn: "warning", unknown: "unsure" }[how]}">${icon(SIGNS[how])}<div>
    <strong>${t(`technician-summary-${how}`)}</strong>
    <ul class="links">${lines.map(({ to, name, words }) => html`<li><a href="#${to}" @click=${jump}>${name}</a><span>: ${words}</span></li>`)}</ul></div></div>`;
}

/** To the card, for eyes and for a screen reader alike. */
function jump(event) {
  event.preventDefault();
  const card = document.getElementById(event.currentTarget.getAttribute("href").slice(1));
  card.scrollIntoView({ block: "center" });
  card.querySelector("[tabindex='-1']").focus({ preventScroll: true });
}

function unowned(state, ui, t) {
  return html`<section class="unowned" aria-labelledby="unowned-title"><h2 id="unowned-title">${t("technician-unknown")}</h2>
    <p>${t("technician-unknown-help")}</p>
    <ul class="devices">${state.unknown.map((one) => html`<li class="card device unowned-device">
      <h3>${icon("plus")}<bdi>${one.name}</bdi> <span class="kind">${kindWords(one.kind, t)}</span></h3>
      <pre tabindex="0" role="group" aria-label="${one.name}"><code>${one.stanza}</code></pre>
      <div class="test"><button class="button" aria-label="${t("technician-copy")}: ${one.name}" @click=${(event) => ui.copy(one.stanza, event)}>${t("technician-copy")}</button>
        <p class="result">${ui.copied?.stanza === one.stanza ? html`${icon("check")}<span>${t(ui.copied.words)}</span>` : nothing}</p></div></li>`)}</ul></section>`;
}
