// The ticket: the number at once and as large as it goes, then the truth about the paper as it comes in.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { icon, picture } from "/ui/shared/icons.js";
import { minutes, showNumber } from "/ui/shared/i18n.js";
import { findService } from "/ui/kiosk/choose.js";

export function ticketView({ state, session, ticket, paper, live, t, name, act }) {
  const service = findService(state, ticket.service);
  return html`
    <div class="issued">
      <div class="slip">
        <h1 tabindex="-1">${t("kiosk-your-number")}
          <span class="number" dir="ltr">${showNumber(ticket.number)}</span>
        </h1>
        ${service ? html`<p class="service">${name(service.name)}</p>` : nothing}
        ${live ? ahead(ticket, t) : html`<p class="ahead">${t("kiosk-no-updates")}</p>`}
      </div>
      <div class="facts">
        <div role="status">${paper === null ? nothing : paperFact(paper, ticket, t)}</div>
        ${bring(service, session, t)}
        <p class="fact quietly">${picture("display")}<span>${t("kiosk-watch")}</span></p>
        <button class="button primary wide" data-done data-digit="1" @click=${act((a) => a.finish())}>
          ${t("kiosk-done")}
        </button>
      </div>
    </div>`;
}

function ahead(ticket, t) {
  if (ticket.state === "called" || ticket.state === "serving") return html`<p class="ahead"><strong>${t("kiosk-called")}</strong></p>`;
  const about = minutes(ticket.estimate);
  return html`<p class="ahead">
    <span>${t("number-ahead", { n: ticket.ahead ?? 0 })}</span>
    ${about === null || !ticket.ahead ? nothing : html`<br><span>${t("wait-minutes", { minutes: about })}</span>`}
  </p>`;
}

function paperFact(paper, ticket, t) {
  if (paper === "printing") return fact("print", t("kiosk-printing"));
  if (paper === "take") return fact("print", t("kiosk-take-paper"));
  return html`
    ${fact("info", t("kiosk-no-paper"))}
    <div class="qr">
      <img src="/api/v1/qr.svg?ticket=${encodeURIComponent(ticket.id)}" alt="" @error=${hideWithText}>
      <span>${t("kiosk-qr")}</span>
    </div>`;
}

const fact = (sign, words) => html`<p class="fact strong">${icon(sign)}<span>${words}</span></p>`;

/** No picture of a code, no words about one. */
function hideWithText(event) {
  event.target.parentElement.hidden = true;
}

function bring(service, session, t) {
  const things = service?.card?.bring?.[session.language] ?? [];
  if (things.length === 0) return nothing;
  return html`<div class="fact quietly">${icon("check-circle")}
    <div><strong>${t("kiosk-bring")}</strong><ul>${things.slice(0, 4).map((one) => html`<li>${one}</li>`)}</ul></div>
  </div>`;
}
