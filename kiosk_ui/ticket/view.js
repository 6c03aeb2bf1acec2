// What a customer wants to know on the phone: my number, how long still, and where to go when it is my turn.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { LANGUAGE_NAMES, minutes, pick, showNumber, speaker } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";

const LANGUAGES = ["fi", "sv", "en", "se"];
const SCORES = [5, 4, 3, 2, 1];
const OVER = new Set(["done", "no_show", "cancelled", "removed"]);

/** @param {object} all {ticket, missing, stale, language, feedback: null|"sent"|"failed", rate, speak} */
export function ticketPage(all) {
  const t = speaker(all.language, all.ticket?.language ?? "fi");
  const name = (map) => html`<bdi>${pick(map, all.language, all.ticket?.language ?? "fi")}</bdi>`;
  return html`
    <header>${all.ticket ? name(all.ticket.point?.name) : "Luukku"}</header>
    <main>${all.missing ? missing(t) : all.ticket ? known({ ...all, t, name }) : all.stale ? staleNotice(t) : nothing}</main>
    <footer><div class="languages" role="group" aria-label=${t("ticket-languages")}>
      ${LANGUAGES.map((language) => html`
        <button class="button" lang=${language} data-language=${language} aria-pressed=${language === all.language}
          @click=${() => all.speak(language)}>${LANGUAGE_NAMES[language]}</button>`)}
    </div></footer>`;
}

const missing = (t) => html`
  <h1>${t("ticket-unknown")}</h1>
  <p class="notice warning">${icon("info")}<span>${t("ticket-unknown-text")}</span></p>`;

const staleNotice = (t) => html`
  <div class="notice warning" role="status" data-stale>${icon("warning")}
    <p><strong>${t("ticket-stale")}</strong><br>${t("ticket-stale-text")}</p></div>`;

function known(all) {
  const { ticket, stale, t, name } = all;
  return html`
    <div class="card slip">
      <h1>${t("ticket-title")}<span class="number" dir="ltr">${showNumber(ticket.number)}</span></h1>
      <p class="what">${name(ticket.provider)} · ${name(ticket.service)}</p>
    </div>
    <div aria-live="assertive">${stale ? staleNotice(t) : situation(all)}</div>
    ${!stale && ticket.state === "waiting" ? bring(all) : nothing}
    ${!stale && ticket.feedback && ticket.state === "done" ? feedback(all) : nothing}
    <p class="quiet">${t("ticket-issued", { when: pick(ticket.issued_text, all.language, ticket.language) })}</p>`;
}

const OTHER = {
  serving: "ticket-serving",
  held: "ticket-held",
  transferred: "ticket-transferred",
  done: "ticket-done",
  no_show: "ticket-no-show",
  cancelled: "ticket-cancelled",
  removed: "ticket-cancelled",
};

function situation({ ticket, t, name }) {
  if (ticket.state === "called") return turn(ticket, t, name);
  if (ticket.state === "waiting") return waiting(ticket, t);
  return html`<p class="now" data-state=${ticket.state}><strong>${t(OTHER[ticket.state] ?? "ticket-waiting")}</strong>
    ${OVER.has(ticket.state) || !ticket.counter_label ? nothing : t("ticket-go", { label: ticket.counter_label })}</p>`;
}

const turn = (ticket, t, name) => html`
  <p class="now turn" data-state="called">
    <strong>${t("ticket-turn")}</strong>
    ${ticket.counter_label
      ? html`<span class="place">${t("ticket-go", { label: ticket.counter_label })}</span>
          ${ticket.counter_name ? name(ticket.counter_name) : nothing}`
      : ticket.booth_name ? html`<span class="place named">${name(ticket.booth_name)}</span>` : t("ticket-go-lobby")}
  </p>`;

function waiting(ticket, t) {
  const about = minutes(ticket.estimate);
  const first = !ticket.ahead;
  return html`<p class="now" data-state="waiting">
    <strong>${t("number-ahead", { n: ticket.ahead ?? 0 })}</strong>
    ${first ? nothing : html`<span>${about === null ? t("ticket-no-estimate") : t("wait-minutes", { minutes: about })}</span>`}
    <br><span class="quiet">${t("ticket-keep")}</span>
  </p>`;
}

function bring({ ticket, language, t }) {
  const things = ticket.bring?.[language] ?? [];
  if (things.length === 0) return nothing;
  return html`<div class="notice">${icon("check-circle")}
    <div><strong>${t("ticket-bring")}</strong><ul>${things.map((one) => html`<li>${one}</li>`)}</ul></div></div>`;
}

function feedback({ feedback: given, rate, t }) {
  if (given === "sent") return html`<p class="notice" role="status">${icon("check-circle")}${t("ticket-feedback-thanks")}</p>`;
  return html`<section>
    <h2>${t("ticket-feedback")}</h2>
    ${given === "failed" ? html`<p class="notice alert" role="alert">${icon("error")}${t("ticket-feedback-failed")}</p>` : nothing}
    <div class="scores">
      ${SCORES.map((score) => html`
        <button class="button" data-score=${score} @click=${() => rate(score)}>
          <span class="score">${score}</span><span>${t("ticket-score", { score })}</span>
        </button>`)}
    </div></section>`;
}
