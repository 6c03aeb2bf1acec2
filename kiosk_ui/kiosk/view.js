// The whole kiosk as one function of the daemon's state and the customer's session.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { keyed } from "/ui/vendor/lit/directives/keyed.js";
import { LANGUAGE_NAMES, pick, pickedLanguage, speaker } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { homeView, servicesView } from "/ui/kiosk/choose.js";
import { codeView } from "/ui/kiosk/code.js";
import { ticketView } from "/ui/kiosk/ticket.js";
import { everyLanguage, issuingView, problemView } from "/ui/kiosk/notices.js";
import { announcedSeconds, LEVELS } from "/ui/kiosk/session.js";

const STEPS = { home: homeView, services: servicesView, code: codeView, ticket: ticketView, problem: problemView };
const ALL = ["fi", "sv", "en", "se"];
const SLOW_MS = 400; // by then a customer wonders whether the touch was felt

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

/** A configured name in its own direction and language, so that no name can disturb what stands around it. */
function namer(language, house) {
  return (map, bare = false) => {
    const text = pick(map, language, house);
    if (bare || !text) return text;
    const spoken = pickedLanguage(map, language, house);
    return html`<bdi lang=${spoken === language ? nothing : spoken}>${text}</bdi>`;
  };
}

const header = ({ state, live, local, name }) => html`
  <header>
    <span class="point">${name(state.point.name)}</span>
    ${state.demo ? html`<span class="demo">DEMO</span>` : nothing}
    <span class="clock">${live ? local : ""}</span>
  </header>`;

function footer({ state, session, now, t, act }) {
  const slow = session.pending && now - session.pending.since > SLOW_MS;
  const [words, sign] = slow ? [t("kiosk-moment"), "hourglass"] : [session.notice ? t(session.notice.words) : "", "info"];
  return html`
    <footer>
      <p class="only-heard" role="status">${words || (session.silent ? t(session.silent) : "")}</p>
      ${words ? html`<p class="notice" aria-hidden="true">${icon(sign)}${words}</p>` : nothing}
      <div class="choices" role="group" aria-label=${t("kiosk-languages")}>
        ${state.languages.map((language) => languageButton(language, session, act))}
      </div>
      <div class="choices aids" role="group" aria-label=${t("kiosk-aids")}>
        <button class="button" data-aid="text" aria-label=${t("kiosk-larger-now", { percent: session.text })}
          @click=${act((a) => a.larger(), true)}>${icon("plus")}${t("kiosk-larger")}</button>
        <button class="button" data-aid="contrast" aria-pressed=${session.contrast}
          @click=${act((a) => a.contrast(), true)}>${t("kiosk-contrast")}</button>
        <button class="button low-choice" data-aid="low" aria-pressed=${session.low}
          @click=${act((a) => a.lower(), true)}>${icon("arrow-down")}${t("kiosk-lower")}</button>
        ${session.aloud ? nothing : readAloud(t, act)}
      </div>
      ${session.aloud ? soundRow(session, t, act) : nothing}
    </footer>`;
}

const readAloud = (t, act) => html`
  <button class="button" data-aid="aloud" @click=${act((a) => a.aloud(), true)}>${t("kiosk-aloud")}</button>`;

/** While it is read aloud: the level for eyes too, or why nothing is heard; and the way out. */
const soundRow = (session, t, act) => html`
  <div class="choices sound" role="group" aria-label=${t("kiosk-sound")}>
    ${session.silent ? html`<p class="notice" aria-hidden="true">${icon("info")}${t(session.silent)}</p>` : levelChoice(session, t, act)}
    <button class="button" data-aid="aloud-off" @click=${act((a) => a.aloud(), true)}>${t("kiosk-aloud-off")}</button>
  </div>`;

const levelChoice = ({ volume }, t, act) => html`
  <button class="button" data-volume="down" @click=${act((a) => a.volume(-1), true)}>${icon("minus")}${t("kiosk-softer")}</button>
  <p class="level"><span>${t("kiosk-volume", { level: volume, levels: LEVELS })}</span>
    <span class="bars" aria-hidden="true">${[...Array(LEVELS).keys()].map((n) => html`<i ?data-on=${n < volume}></i>`)}</span></p>
  <button class="button" data-volume="up" @click=${act((a) => a.volume(1), true)}>${icon("plus")}${t("kiosk-louder")}</button>`;

const languageButton = (language, session, act) => html`
  <button class="button" lang=${language} data-language=${language} aria-pressed=${language === session.language}
    @click=${act((a) => a.speak(language), true)}>${LANGUAGE_NAMES[language] ?? language}</button>`;

const stillThere = ({ state, session, now, t, act }) => html`
  <dialog class="still" role="alertdialog" aria-labelledby="still-title" aria-describedby="still-text"
    @cancel=${(event) => event.preventDefault()}>
    <h2 id="still-title">${t("kiosk-still-there")}</h2>
    <p id="still-text" aria-live="assertive">
      ${session.asking ? t("kiosk-still-there-text", { seconds: announcedSeconds(session, now, state.idle_s) }) : ""}
    </p>
    <button class="button primary wide" data-stay data-digit="1" @click=${act((a) => a.stay(), true)}>
      ${t("kiosk-continue")}
    </button>
  </dialog>`;
