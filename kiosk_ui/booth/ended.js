// How it ended, how it goes on, and one question.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { showNumber } from "/ui/shared/i18n.js";
import { icon, picture } from "/ui/shared/icons.js";

const TITLES = {
  completed: "booth-ended-completed", transferred: "booth-ended-transferred", no_answer: "booth-ended-no-answer",
  technical_failure: "booth-ended-technical", customer_left: "booth-ended-left",
};
const UNMET = new Set(["customer_left", "no_answer"]); // there was nothing to be asked about
const MET = new Set(["connected", "held", "reconnecting"]); // ended here, and the point has not said so yet
const AGAIN = new Set(["no_answer", "technical_failure"]);
const SCORES = [1, 2, 3, 4, 5];

export function endedView({ state, session, t, name, act }) {
  const one = state.session?.id === session.over.id && state.session.state === "ended" ? state.session : session.over;
  const outcome = one.state === "ended" ? one.outcome : MET.has(one.state) ? "completed" : "customer_left";
  const kept = one.waits && one.number;
  const again = kept && !["completed", "transferred"].includes(outcome);
  return html`
    <div class="slip" data-said>
      <h1 tabindex="-1">${t(TITLES[outcome] ?? "booth-ended-completed")}</h1>
      <p class="service">${name(one.service_name)}</p>
      ${kept ? html`<p class="number" dir="ltr">${showNumber(one.number)}</p>
        <p class="ahead">${t(again ? "booth-ended-kept" : "booth-ended-number")}</p>` : nothing}
      ${AGAIN.has(outcome) && !kept ? html`<p class="ahead">${t("booth-ended-again")}</p>` : nothing}
    </div>
    ${again ? html`<button class="button primary wide" data-again @click=${act((a) => a.askAgain(one.ticket))}>${icon("refresh")}${t("kiosk-retry")}</button>` : nothing}
    <p class="fact" data-said>${picture("success")}<span>${t(UNMET.has(outcome) ? "booth-devices-off" : "booth-ended-wiped")}</span></p>
    ${UNMET.has(outcome) ? nothing : session.rating?.sent || one.rated ? html`<p class="fact strong" role="status">${icon("check-circle")}<span data-live>${t("booth-rate-thanks")}</span></p>`
      : rating(session, t, act)}
    <button class=${again ? "button wide" : "button primary wide"} data-done @click=${act((a) => a.finish())}>${t("kiosk-done")}</button>`;
}

const rating = (session, t, act) => html`
  <div class="rate" role="group" aria-label=${t("booth-rate")}>
    <h2>${t("booth-rate")}</h2>
    <div class="scores">
      ${SCORES.map((score) => html`
        <button class="button" data-digit=${score} data-score=${score} aria-pressed=${session.rating?.score === score}
          @click=${act((a) => a.rate(score))}>
          <span class="score">${score}</span>
          <span class="words-key">${t(`booth-rate-${score}`)}</span>
        </button>`)}
    </div>
  </div>`;
