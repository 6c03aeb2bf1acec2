// The whole kiosk as one function of the daemon's state and the customer's session.
import { html } from "/ui/vendor/lit/lit-html.js";
import { keyed } from "/ui/vendor/lit/directives/keyed.js";
import { speaker } from "/ui/shared/i18n.js";
import { homeView, servicesView } from "/ui/kiosk/choose.js";
import { codeView } from "/ui/kiosk/code.js";
import { ticketView } from "/ui/kiosk/ticket.js";
import { everyLanguage, issuingView, problemView } from "/ui/kiosk/notices.js";
import { footer, header, namer, stillThere } from "/ui/kiosk/frame.js";

const STEPS = { home: homeView, services: servicesView, code: codeView, ticket: ticketView, problem: problemView };
const ALL = ["fi", "sv", "en", "se"];

/** @param {object} all {state, session, live, refused, local, paper, ticket, now, act} */
export function kioskView(all) {
  const { state, session, live, refused } = all;
  const languages = state?.languages ?? ALL;
  const house = state?.house ?? "fi";
  if (refused) return everyLanguage(languages, "not-signed-in-title", "not-signed-in-text", house);
  const ownNumber = session.step === "ticket";
  if (live === false && !ownNumber) return everyLanguage(languages, "stale-title", "stale-text", house);
  if (!state) return html`<main></main>`;
  const shared = { ...all, t: speaker(session.language, house), name: namer(session.language, house) };
  return html`
    ${header(shared)}
    ${keyed(session.step + session.provider, html`<main>${content(shared)}</main>`)}
    ${footer(shared)} ${stillThere(shared)}`;
}

function content(shared) {
  const { state, session } = shared;
  if (state.issuing !== "ok" && ["home", "services", "code"].includes(session.step)) return issuingView(shared);
  return STEPS[session.step](shared);
}
