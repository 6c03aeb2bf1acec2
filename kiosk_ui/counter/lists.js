/* Who waits, who is on hold, who came late, what the other counters do, and the card of the present service. */
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { pick, showNumber } from "/ui/shared/i18n.js";
import { languageTag, serviceName, serviceOf } from "/ui/counter/desk.js";
import { waited } from "/ui/counter/time.js";

export function waitingList(state, ui, t) {
  return html`<section class="waiting"><h2>${t("counter-waiting", { n: state.waiting.length })}</h2>
    ${state.waiting.length ? html`<ol class="rows">${repeat(state.waiting, (row) => row.ticket, (row) => waitingRow(row, state, ui, t))}</ol>`
      : html`<p class="quiet">${t("counter-nobody-waits")}</p>`}</section>`;
}

function waitingRow(row, state, ui, t) {
  return html`<li class=${row.eligible ? "" : "other"}>
    <b class="number">${showNumber(row.number)}</b>
    <span class="words"><bdi>${serviceName(state, row.service, ui.lang)}</bdi>
      <small>${waited(t, ui.age(row.queued_at))}${row.eligible ? nothing : html` · ${t("counter-not-yours")}`}</small></span>
    <span class="marks">${row.appointment ? html`<span class="tag loud">${t("counter-appointment")}</span>` : nothing}
      ${row.priority ? html`<span class="tag loud">${t("counter-priority")}</span>` : nothing}
      ${row.language === state.house ? nothing : languageTag(row.language, state)}</span>
    ${callButton(row.ticket, row.number, state, ui, t)}</li>`;
}

const callButton = (ticket, number, state, ui, t) => html`<button class="flat call" ?disabled=${Boolean(ui.busy || state.current)}
  aria-label="${t("counter-call-this")} ${showNumber(number)}" @click=${() => ui.act("call", { ticket })}>${t("counter-call-this")}</button>`;

export function side(state, ui, t) {
  return html`<section class="side">
    ${heldList(state, ui, t)}${lateList(state, ui, t)}${card(state, ui, t)}${others(state, ui, t)}${queues(state, ui, t)}</section>`;
}

function heldList(state, ui, t) {
  return state.held.length ? html`<h2>${t("counter-held")}</h2><ul class="rows">${state.held.map((row) => html`<li>
    <b class="number">${showNumber(row.number)}</b><span class="words"><bdi>${serviceName(state, row.service, ui.lang)}</bdi></span>
    <button class="flat" ?disabled=${Boolean(ui.busy || state.current)} @click=${() => ui.act("resume", { service_event: row.service_event })}>${t("counter-resume")}</button>
  </li>`)}</ul>` : nothing;
}

function lateList(state, ui, t) {
  return state.late.length ? html`<h2>${t("counter-late")}</h2><ul class="rows">${state.late.map((row) => html`<li>
    <b class="number">${showNumber(row.number)}</b><span class="words"><bdi>${serviceName(state, row.service, ui.lang)}</bdi>
    <small>${waited(t, ui.age(row.ended_at))}</small></span>${callButton(row.ticket, row.number, state, ui, t)}</li>`)}</ul>` : nothing;
}

function card(state, ui, t) {
  const service = state.current ? serviceOf(state, state.current.service) : null;
  const say = (map) => pick(map, ui.lang, state.house);
  const part = (id, map) => (map && say(map)?.length ? html`<h3>${t(id)}</h3>${lines(say(map))}` : nothing);
  return html`<section class="service-card"><h2>${t("counter-card")}</h2>${!state.current ? html`<p class="quiet">${t("counter-card-idle")}</p>`
    : !service?.card ? html`<p class="quiet">${t("counter-card-none")}</p>` : html`
      ${part("counter-bring", service.card.bring)}${part("counter-instructions", service.card.instructions)}${part("counter-support", service.card.support)}
      ${service.card.valid_to || service.card.valid_from ? html`<p class="quiet">${t("counter-valid", { from: service.card.valid_from ?? "", to: service.card.valid_to ?? "" })}</p>` : nothing}`}</section>`;
}

const lines = (text) => (Array.isArray(text) ? html`<ul class="plain">${text.map((line) => html`<li>${line}</li>`)}</ul>` : html`<p>${text}</p>`);

function others(state, ui, t) {
  const rest = state.counters.filter((one) => one.id !== state.id);
  return rest.length ? html`<h2>${t("counter-others")}</h2><ul class="facts">${rest.map((one) => html`<li>
    <span><bdi>${pick(one.name, ui.lang, state.house)}</bdi></span>
    <span>${one.state !== "open" ? t("counter-counter-closed") : one.current ? showNumber(one.current)
      : ["available", undefined, null].includes(one.advisor_state) ? t("counter-counter-free") : t(`counter-${one.advisor_state}`)}</span></li>`)}</ul>` : nothing;
}

function queues(state, ui, t) {
  return html`<h2>${t("counter-queues")}</h2><ul class="facts">${state.queues.map((one) => html`<li>
    <span><bdi>${pick(one.name, ui.lang, state.house)}</bdi></span><span>${one.open ? one.waiting : t("counter-queue-closed")}</span></li>`)}</ul>`;
}
