// The whole booth page as one function of the point's state, the customer's session and the call.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { keyed } from "/ui/vendor/lit/directives/keyed.js";
import { speaker } from "/ui/shared/i18n.js";
import { codeView } from "/ui/kiosk/code.js";
import { footer, header, namer, stillThere } from "/ui/kiosk/frame.js";
import { everyLanguage } from "/ui/kiosk/notices.js";
import { homeView, unusable } from "/ui/booth/choose.js";
import { consentView } from "/ui/booth/consent.js";
import { endedView } from "/ui/booth/ended.js";
import { elsewhereView, problemView } from "/ui/booth/notices.js";
import { onStage, patience } from "/ui/booth/session.js";
import { endDialog, stageView, stillDialog } from "/ui/booth/stage.js";
import { waitingView } from "/ui/booth/waiting.js";

const ALL = ["fi", "sv", "en", "se"];
const SCREENS = {
  home: homeView, code: codeView, consent: consentView, problem: problemView, waiting: waitingView, ended: endedView,
  elsewhere: elsewhereView,
};

/** @param {object} all {booth, state, session, call, step, devices, loudness, live, local, testing, now, act} */
export function boothView(all) {
  const { state, session, step } = all;
  const languages = state?.languages ?? ALL;
  const house = state?.house ?? "fi";
  if (step === "refused") return everyLanguage(languages, "not-signed-in-title", "not-signed-in-text", house);
  if (step === "stale") return everyLanguage(languages, "booth-stale-title", "booth-stale-text", house);
  if (!state) return html`<main></main>`;
  const shared = { ...all, t: speaker(session.language, house), name: namer(session.language, house) };
  const key = onStage(step) ? "stage" : step;
  return html`
    ${header(shared)} ${checking(shared)}
    ${keyed(key, html`<main class=${key === "code" ? "by-code" : key}>${content(shared)}</main>`)}
    ${footer(shared, "booth-moment", help(shared))}
    ${stillThere(shared, patience(session, state.idle_s))}
    ${onStage(step) || step === "waiting" ? html`${endDialog(shared)} ${stillDialog(shared)}` : nothing}`;
}

/** Whoever is stuck can call somebody on every screen: where it has no place for that of its own, at its foot. */
function help(shared) {
  const { state, step, t, act } = shared;
  if (onStage(step) || step === "waiting" || step === "elsewhere" || (step === "home" && !whyNot(shared))) return nothing;
  return html`<button class="button" data-way="general" ?disabled=${state.help} @click=${act((a) => a.help(), true)}>
    ${t(state.help ? "booth-help-called" : "booth-help")}</button>`;
}

/** Between the header and what one does: nothing moves for it, and a touch ends it. */
const checking = ({ testing, t }) => html`<p class="checking" role="status">${testing ? html`<span>${t("booth-testing")}</span>` : nothing}</p>`;

const whyNot = (shared) =>
  ["home", "code", "consent"].includes(shared.step) && !shared.state.session ? unusable(shared) : null;

function content(shared) {
  const { step } = shared;
  if (onStage(step)) return stageView(shared);
  return whyNot(shared) ?? SCREENS[step](shared);
}
