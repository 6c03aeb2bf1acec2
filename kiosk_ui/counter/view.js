/* The counter's page as a pure function: head, banners, then the form to open it or the desk itself. */
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { LANGUAGE_NAMES, pick, showNumber, speaker } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { causeWords, chiefCause, whatToDo } from "/ui/counter/causes.js";
import { desk } from "/ui/counter/desk.js";
import { openForm, sidePanel } from "/ui/counter/forms.js";
import { side, waitingList } from "/ui/counter/lists.js";
import { supportPanel } from "/ui/counter/support-view.js";
import { timer } from "/ui/counter/time.js";

const ACTIVITIES = ["available", "wrap_up", "other_work", "break"];

/**
 * state: view=counter of the point. ui: {live, lang, panel, form, busy, problem, said, alarm, local, age(iso) -> ms,
 * act(name, form?), show(panel), set(change), speak(lang)}. Without a live state no number and no timer is shown.
 */
export function view(state, ui) {
  const t = speaker(ui.lang, state?.house);
  return html`${ui.live && state ? desktop(state, ui, t) : stale(ui, t)}${supportPanel(state?.house, ui, t)}`;
}

function desktop(state, ui, t) {
  const opened = state.state === "open";
  return html`${head(state, ui, t)}${banners(state, ui, t)}
    <main class=${opened ? "desk" : "closed"}>
      ${opened ? [waitingList(state, ui, t), middle(state, ui, t), side(state, ui, t)] : openForm(state, ui, t)}
    </main>
    ${foot(state, ui, t)}`;
}

const middle = (state, ui, t) => html`<section class="middle">
  ${["work", "roll"].includes(ui.panel) ? sidePanel(state, ui, t) : desk(state, ui, t)}</section>`;

function stale(ui, t) {
  return html`<main class="stale"><div class="notice alert" role="alert">${icon("warning")}<div>
      <h1>${t("counter-stale")}</h1><p>${t("counter-stale-help")}</p></div></div></main>
    <footer>${alarm(ui, t)}${languages(Object.keys(LANGUAGE_NAMES), ui, t)}</footer>`;
}

function head(state, ui, t) {
  const busy = Boolean(ui.busy || state.current || state.held.length);
  return html`<header>
    <h1><bdi>${pick(state.name, ui.lang, state.house)}</bdi></h1>
    ${state.state === "open" ? html`
      <p class="who"><bdi>${state.advisor?.id}</bdi></p>
      ${activity(state, ui, t)}
      <button class="flat" ?disabled=${busy} @click=${() => ui.act("close")}>${t("counter-close")}</button>` : nothing}
    <p class="clock">${ui.local}</p>
  </header>`;
}

function activity(state, ui, t) {
  const now = state.advisor?.state;
  const shown = ACTIVITIES.includes(now) || !now ? ACTIVITIES : [now, ...ACTIVITIES.slice(1)];
  return html`<div class="activity" role="group" aria-label=${t("counter-activity")}>${shown.map((one) => html`
    <button aria-pressed=${one === now} ?disabled=${Boolean(ui.busy || state.current)}
      @click=${() => ui.act("activity", { activity: one })}>${t(`counter-${one}`)}
      ${one === now ? html`<span class="timer">${timer(ui.age(state.advisor.since))}</span>` : nothing}</button>`)}</div>`;
}

function banners(state, ui, t) {
  return html`<div class="banners" aria-live="polite">
    ${state.clock === "unset" ? banner("alert", t("counter-clock-not-set")) : nothing}
    ${ui.problem ? banner("alert", problemText(ui.problem, t)) : nothing}
    ${ui.said ? banner("", t(ui.said)) : nothing}
    ${state.printers.filter(troubled).map((one) => printer(one, t))}
    ${state.unpapered.length ? banner("warning", t("counter-unpapered", { numbers: unpapered(state.unpapered, t) })) : nothing}
    ${(state.booths ?? []).filter((one) => one.help).map((one) => boothCalls(one, state, ui, t))}
    ${state.incidents.filter((one) => one.state !== "cleared" && one.place !== state.id).map((one) => incident(one, state, ui, t))}
  </div>`;
}

const banner = (kind, text) => html`<p class="notice ${kind}">${icon(kind ? "warning" : "check")}<span>${text}</span></p>`;
const troubled = ({ state, causes }) => !["ready", "attached"].includes(state) || causes?.length > 0;

/** A refusal as a plain sentence; one that the page does not know shows the point's own words. */
export function problemText({ name, detail }, t) {
  const id = `counter-problem-${name}`;
  const text = t(id);
  return text === id ? t("counter-problem-other", { detail: detail || name }) : text;
}

function printer({ id, state, causes, tickets_left: left }, t) {
  const chief = chiefCause(causes) ?? "unknown";
  const works = ["ready", "attached", "degraded"].includes(state);
  const said = t(works ? "counter-printer-warning" : "counter-printer-trouble", { printer: id, cause: causeWords(chief, t) });
  return html`<p class="notice warning" data-printer=${id}>${icon("warning")}<span>${said}
    ${chief === "near_end" && Number.isInteger(left) ? t("counter-printer-left", { n: left }) : nothing} <strong>${whatToDo(chief, t)}</strong></span></p>`;
}

/** "K 042 (out of paper), K 043 (...)": whoever asks at the counter can be told. */
const unpapered = (tickets, t) =>
  tickets.map(({ number, cause }) => (cause ? `${showNumber(number)} (${causeWords(cause, t)})` : showNumber(number))).join(", ");

/** Somebody in the booth wants a person to come. */
function boothCalls(one, state, ui, t) {
  return html`<p class="notice alert" data-booth=${one.id}>${icon("warning")}<span>${t("counter-booth-help", { booth: pick(one.name, ui.lang, state.house) })}</span>
    <button class="flat" @click=${() => ui.act("helped", { id: one.id })}>${t("counter-booth-helped")}</button></p>`;
}

function incident(one, state, ui, t) {
  const counter = state.counters.find(({ id }) => id === one.place);
  const place = counter ? pick(counter.name, ui.lang, state.house) : one.place;
  return html`<p class="notice incident"><span>${t("counter-incident", { place })}</span>
    ${one.state === "raised"
      ? html`<button class="flat" @click=${() => ui.act("acknowledge", { id: one.id })}>${t("counter-incident-acknowledge")}</button>`
      : html`<span>${t("counter-incident-acknowledged")}</span>`}
    <button class="flat" @click=${() => ui.act("clear", { id: one.id })}>${t("counter-incident-clear")}</button></p>`;
}

function foot(state, ui, t) {
  const opened = state.state === "open";
  return html`<footer>
    ${alarm(ui, t, state)}
    ${opened ? html`<button class="flat" aria-pressed=${ui.panel === "work"} @click=${() => ui.show("work")}>${t("counter-work")}</button>` : nothing}
    ${opened && state.roll ? html`<button class="flat" aria-pressed=${ui.panel === "roll"} @click=${() => ui.show("roll")}>${t("counter-roll")}</button>` : nothing}
    ${languages(state.languages, ui, t)}
  </footer>`;
}

/** The silent alarm: plain words, two presses, and it is tried even when the link is down. */
function alarm(ui, t, state) {
  const own = state?.incidents.find((one) => one.place === state.id && one.state !== "cleared");
  if (own) return html`<p class="alarm">${t(own.state === "raised" ? "counter-alarm-sent" : "counter-alarm-coming")}</p>`;
  const words = { idle: "alarm", armed: "alarm-confirm", sent: "alarm-sent", failed: "alarm-failed" }[ui.alarm];
  return html`<button class="flat alarm ${ui.alarm}" @click=${ui.pressAlarm}>${t(`counter-${words}`)}</button>`;
}

function languages(list, ui, t) {
  return html`<label class="language"><span class="only-heard">${t("counter-language")}</span>
    <select @change=${(event) => ui.speak(event.target.value)}>${list.map((lang) => html`
      <option value=${lang} lang=${lang} ?selected=${lang === ui.lang}>${LANGUAGE_NAMES[lang] ?? lang}</option>`)}</select></label>`;
}
