/* The wall as a pure function: a frame per surface, each titled with what it is, and the event stream. */
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { keyed } from "/ui/vendor/lit/directives/keyed.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { LANGUAGE_NAMES, pick, speaker } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";

/** The surfaces, in reading order, with the size each is drawn at before it is fitted to its card. */
export const FRAMES = {
  kiosk: { width: 600, height: 1000, link: "kiosk", simulated: false },
  tv: { width: 1100, height: 619, link: "tv", simulated: false },
  counter: { width: 1040, height: 640, link: "counter", simulated: false },
  paper: { width: 600, height: 560, link: "sim", simulated: true },
  booth: { width: 1280, height: 760, link: "booth", simulated: false },
  central: { width: 760, height: 420, link: "central", simulated: true },
};

/** state: view=wall of the point, null before the first. ui: {live (null: not known yet), lang, links, day, problem, speak(lang), play(), stop()}. */
export function view(state, ui) {
  const t = speaker(ui.lang, "en");
  return html`${head(state, ui, t)}
    <main>
      ${frame("kiosk", state, ui, t)}${frame("tv", state, ui, t)}${frame("counter", state, ui, t)}${events(state, ui, t)}
      ${frame("paper", state, ui, t)}${frame("booth", state, ui, t)}${frame("central", state, ui, t, centralLine(state, ui, t))}
    </main>`;
}

function head(state, ui, t) {
  return html`<header><h1>${t("wall-title")}</h1>
    <p class="point"><bdi>${pick(state?.point?.name ?? (typeof state?.point === "string" ? { fi: state.point } : null), ui.lang)}</bdi></p>
    ${ui.live && ui.day !== undefined ? busyDay(ui, t) : nothing}
    ${ui.links.technician ? html`<a class="devices" href=${ui.links.technician} target="_blank" rel="noopener">${t("wall-technician")}</a>` : nothing}
    <div class="languages" role="group" aria-label=${t("wall-language")}>${["fi", "en", "sv", "se"].map((lang) => html`
      <button lang=${lang} aria-pressed=${lang === ui.lang} @click=${() => ui.speak(lang)}>${LANGUAGE_NAMES[lang]}</button>`)}</div>
  </header>`;
}

function busyDay(ui, t) {
  return html`<div class="day">
    ${ui.problem ? html`<span role="alert">${t("wall-day-failed")}</span>` : nothing}
    ${ui.day?.running ? html`<span>${t("wall-day-running", { time: dayTime(ui.day.time), speed: ui.day.speed })}</span>
      <button @click=${ui.stop}>${t("wall-day-stop")}</button>` : html`<button @click=${ui.play}>${t("wall-day-play")}</button>`}</div>`;
}

/** "2026-11-21T09:14:03Z" or "9.14": hours and minutes are enough here. */
const dayTime = (time) => String(time ?? "").replace(/^.*T(\d\d):(\d\d).*$/, "$1.$2");

function title(name, simulated, href, t, desk = null) {
  return html`<h2>${t(`wall-${name}`)}${simulated ? html`<span class="simulated">${t("wall-simulated")}</span>` : nothing}
    <small>${t(`wall-${name}-what`)}</small>
    ${desk ? html`<a class="desk" href=${desk} target="_blank" rel="noopener">${t("wall-expert")}</a>` : nothing}
    ${href ? html`<a href=${href} target="_blank" rel="noopener" aria-label="${t(`wall-${name}`)}: ${t("wall-open")}" title=${t("wall-open")}>${icon("arrow-left", "out")}</a>` : nothing}</h2>`;
}

function frame(name, state, ui, t, line = nothing) {
  const { width, height, link, simulated } = FRAMES[name];
  const href = ui.links[link];
  const allow = name === "booth" ? "autoplay; camera; microphone" : "autoplay";
  const desk = name === "booth" && ui.links.expert ? ui.links.expert : null;
  return html`<section class="card ${name}">${title(name, simulated, href, t, desk)}${line}
    ${href ? html`<div class="fit" data-width=${width} data-height=${height}>${keyed(href, html`<iframe src=${href} title=${name} allow=${allow}></iframe>`)}</div>`
      : state ? html`<p class="missing">${t("wall-missing")}</p>` : nothing}</section>`;
}

function centralLine(state, ui, t) {
  const central = ui.live ? state?.central : null;
  if (!central) return nothing;
  if (central.fork) return html`<p class="line bad">${t("wall-central-fork")}</p>`;
  if (!central.up) return html`<p class="line bad">${t("wall-central-down")}</p>`;
  return html`<p class="line">${t("wall-central-has", { seq: String(central.seq), all: String(state.seq) })}</p>`;
}

function events(state, ui, t) {
  return html`<section class="card events">${title("events", false, null, t)}
    ${ui.live === null ? nothing : !ui.live || !state ? html`<p class="missing">${t("wall-stale")}</p>`
      : !state.events.length ? html`<p class="missing">${t("wall-events-none")}</p>` : eventTable(state, t)}</section>`;
}

function eventTable(state, t) {
  const held = state.central?.seq ?? 0;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("wall-events")}><table>
    <thead><tr>${["seq", "name", "what", "actor"].map((one) => html`<th scope="col">${t(`wall-${one}`)}</th>`)}<th scope="col">${t("wall-held")}</th></tr></thead>
    <tbody>${repeat(state.events, (one) => one.seq, (one) => html`<tr>
      <td class="seq">${one.seq}</td><td>${eventName(one.name, t)}</td><td class="brief"><bdi>${one.brief ?? ""}</bdi></td><td class="actor"><bdi>${one.actor}</bdi></td>
      <td class=${one.seq <= held ? "held" : "wait"}>${one.seq <= held
        ? html`${icon("check")}<span class="only-heard">${t("wall-held")}</span>` : html`<span aria-hidden="true">…</span><span class="only-heard">${t("wall-held-not")}</span>`}</td></tr>`)}</tbody></table></div>`;
}

/** An event in plain words; one without words keeps its own name. */
function eventName(name, t) {
  const id = `wall-event-${name.replaceAll(".", "-")}`;
  const words = t(id);
  return words === id ? name : words;
}
