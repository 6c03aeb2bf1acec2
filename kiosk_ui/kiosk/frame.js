// What stands around every screen of a page that is touched: the point and the clock, languages and aids, and the
// question whether anybody is still there.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { showMore } from "/ui/shared/below.js";
import { LANGUAGE_NAMES, pick, pickedLanguage } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { announcedSeconds, LEVELS } from "/ui/kiosk/session.js";

const SLOW_MS = 400; // by then a customer wonders whether the touch was felt

/** A configured name in its own direction and language, so that no name can disturb what stands around it. */
export function namer(language, house) {
  return (map, bare = false) => {
    const text = pick(map, language, house);
    if (bare || !text) return text;
    const spoken = pickedLanguage(map, language, house);
    return html`<bdi lang=${spoken === language ? nothing : spoken}>${text}</bdi>`;
  };
}

export const header = ({ state, live, local, name }) => html`
  <header>
    <span class="point">${name(state.point.name)}</span>
    ${state.demo ? html`<span class="demo">DEMO</span>` : nothing}
    <span class="clock">${live ? local : ""}</span>
  </header>`;

/** `first`: what else stands where the aids are, before them. */
export function footer({ state, session, now, t, act }, moment = "kiosk-moment", first = nothing) {
  const slow = session.pending && now - session.pending.since > SLOW_MS;
  const [words, sign] = slow ? [t(moment), "hourglass"] : [session.notice ? t(session.notice.words) : "", "info"];
  return html`
    <footer>
      <p class="only-heard" role="status">${words || (session.silent ? t(session.silent) : "")}</p>
      ${words ? html`<p class="notice" aria-hidden="true">${icon(sign)}${words}</p>` : nothing}
      <div class="choices" role="group" aria-label=${t("kiosk-languages")}>
        ${state.languages.map((language) => languageButton(language, session, act))}
      </div>
      <div class="choices aids" role="group" aria-label=${t("kiosk-aids")}>
        ${first}
        <button class="button" data-aid="text" aria-label=${t("kiosk-larger-now", { percent: session.text })}
          @click=${act((a) => a.larger(), true)}>${icon("plus")}${t("kiosk-larger")}</button>
        <button class="button" data-aid="contrast" aria-pressed=${session.contrast}
          @click=${act((a) => a.contrast(), true)}>${t("kiosk-contrast")}</button>
        <button class="button low-choice" data-aid="low" aria-pressed=${session.low}
          @click=${act((a) => a.lower(), true)}>${icon("arrow-down")}${t("kiosk-lower")}</button>
        ${session.aloud ? nothing : readAloud(t, act)}
      </div>
      ${session.aloud ? soundRow(session, t, act) : nothing}
    </footer>
    <p class="below" aria-hidden="true" @click=${showMore}>${icon("arrow-down")}${t("kiosk-below")}</p>`;
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

export const stillThere = ({ state, session, now, t, act }, patienceS = state.idle_s) => html`
  <dialog class="still" role="alertdialog" data-open=${session.asking} aria-labelledby="still-title" aria-describedby="still-text"
    @cancel=${(event) => event.preventDefault()}>
    <h2 id="still-title">${t("kiosk-still-there")}</h2>
    <p id="still-text" aria-live="assertive">
      ${session.asking ? t("kiosk-still-there-text", { seconds: announcedSeconds(session, now, patienceS) }) : ""}
    </p>
    <button class="button primary wide" data-stay data-digit="1" @click=${act((a) => a.stay(), true)}>
      ${t("kiosk-continue")}
    </button>
  </dialog>`;
