/* The expert beside the desk: asking for one, and the panel that stands there from the wait to the end. */
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { live } from "/ui/vendor/lit/directives/live.js"; // a stream that is set anew begins anew
import { keyed } from "/ui/vendor/lit/directives/keyed.js";
import { pick } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { playAll } from "/ui/shared/play.js";

const RIGHTLY = { asked: "hourglass", rings: "phone", connecting: "hourglass", held: "clock", broken: "refresh", elsewhere: "info" };

const QUIET = new Set(["counter-devices-off", "counter-devices-none"]); // nothing of this desk goes anywhere

/** In the card of the customer who is served: which service, and the button. */
export function askForExpert(state, ui, t) {
  const { supports = [], current } = state;
  if (current?.state !== "serving" || state.support || ui.panel) return nothing;
  if (!supports.length) {
    return state.booths?.length ? html`<div class="ask"><button class="flat" disabled aria-describedby="ask-why">${t("counter-ask-expert")}</button>
      <small id="ask-why">${t("counter-ask-expert-not-now")}</small></div>` : nothing;
  }
  const chosen = chosenService(state, ui.expertFor);
  return html`<div class="ask">
    ${supports.length > 1 ? html`<select aria-label=${t("counter-ask-expert-about")} @change=${(event) => ui.chooseExpert(event.target.value)}>
      ${groups(state, chosen, ui)}</select>` : nothing}
    <button class="flat" ?disabled=${Boolean(ui.busy)} @click=${() => ui.act("support", { service: chosen })}>${icon("support")}${t("counter-ask-expert")}</button></div>`;
}

/** What was chosen; else the matter that is being served, else one of its provider, else the first. */
export function chosenService({ supports, current }, wish) {
  const has = (fits) => supports.find(fits)?.id;
  return has(({ id }) => id === wish) ?? has(({ id }) => id === current.service) ?? has(({ provider }) => provider === current.provider) ?? supports[0].id;
}

function groups({ supports, house }, chosen, ui) {
  return [...new Set(supports.map((one) => one.provider))].map((provider) => {
    const own = supports.filter((one) => one.provider === provider);
    return html`<optgroup label=${pick(own[0].provider_name, ui.lang, house) || provider}>${own.map((one) => html`
      <option value=${one.id} ?selected=${one.id === chosen}>${pick(one.name, ui.lang, house)}</option>`)}</optgroup>`;
  });
}

/** The panel; nothing without a session. It stands also while the point is not heard: a talk goes on without it. */
export function supportPanel(house, ui, t) {
  const { support } = ui;
  const stage = ui.busy === "support" ? "asked" : support.stage;
  if (!stage || !support.session) return nothing;
  const { session } = support;
  const name = (map) => pick(map, ui.lang, house);
  return html`<aside class="support" aria-label=${t("counter-expert")} data-stage=${stage}>
    <div class="support-head"><h2>${t("counter-expert")}${session.expert ? html`: <bdi>${session.expert}</bdi>` : nothing}</h2>
      <p class="quiet"><bdi>${name(session.provider_name)}</bdi> · <bdi>${name(session.service_name)}</bdi></p></div>
    ${stage === "elsewhere" ? elsewhere(ui, t) : [
      session.answered ? sign(support, t) : nothing,
      session.answered ? keyed(session.id, pictures(stage, support, t)) : status(stage, support, t),
      session.answered ? controls(support, t) : html`<button class="flat end" @click=${() => support.end()}>${t("counter-expert-cancel")}</button>`,
      session.answered ? words(support, t) : nothing]}
  </aside>`;
}

const elsewhere = ({ support }, t) => html`<div class="state">${icon(RIGHTLY.elsewhere)}<p role="status">${t("counter-expert-elsewhere")}</p></div>
  <div class="controls"><button class="flat" @click=${() => support.take()}>${t("counter-expert-take")}</button>
    <button class="flat end" @click=${() => support.end()}>${t("counter-expert-end")}</button></div>`;

function status(stage, { session }, t) {
  const { ahead, ready } = session;
  const more = ahead > 0 ? t("counter-expert-ahead", { n: ahead }) : ready === 0 ? t("counter-expert-none-ready") : "";
  return html`<div class="state" role="status">${icon(RIGHTLY[stage])}<p>${t(`counter-expert-${stage}`)}${more ? html` <span>${more}</span>` : nothing}</p></div>`;
}

function pictures(stage, support, t) {
  const { call, devices, talk } = support;
  const { camera, screen } = call.streams;
  const shared = stage === "talk" && talk.screen && screen;
  const played = () => playAll((silent) => support.heard(silent));
  return html`<div class="seen" ?data-shared=${Boolean(shared)}>
    <video class="expert" autoplay playsinline aria-label=${t("counter-expert-picture")} .srcObject=${live(camera)} @loadedmetadata=${played}></video>
    ${shared ? html`<video class="shared" autoplay playsinline .muted=${true} aria-label=${t("counter-expert-screen")} .srcObject=${live(screen)}></video>` : nothing}
    <video class="self" autoplay playsinline .muted=${true} aria-label=${t("counter-own-picture")} ?hidden=${!devices.open.camera || talk.off.video || stage === "held"}
      .srcObject=${live(devices.stream)}></video>
    ${stage === "talk" ? nothing : html`<p class="covers" role="status">${icon(RIGHTLY[stage])}${t(`counter-expert-${stage}`)}</p>`}
    ${stage === "talk" && talk.muted.video && !shared ? html`<p class="covers">${t("counter-expert-no-picture")}</p>` : nothing}
    ${stage === "talk" && talk.muted.audio ? html`<p class="sign">${t("counter-expert-muted")}</p>` : nothing}
    ${talk.caption ? html`<p class="caption"><small>${t("counter-expert-caption")}</small> ${talk.caption}</p>` : nothing}</div>
    ${support.silent ? html`<p class="notice alert">${icon("warning")}<span>${t("counter-expert-silent")}</span></p>` : nothing}`;
}

function controls(support, t) {
  const { talk, devices } = support;
  const toggle = (kind, is, words) => html`<button class="flat" data-turn=${kind} aria-pressed=${talk.off[kind]} ?disabled=${!is} @click=${() => support.turn(kind)}>${t(words)}</button>`;
  return html`<div class="controls" role="group" aria-label=${t("counter-expert-controls")}>
      ${toggle("audio", devices.open.microphone, talk.off.audio ? "counter-microphone-on" : "counter-microphone-off")}
      ${toggle("video", devices.open.camera, talk.off.video ? "counter-camera-on" : "counter-camera-off")}
      <button class="flat end" @click=${() => support.end()}>${icon("close")}${t("counter-expert-end")}</button></div>`;
}

/** It stands over the picture, where nothing hides it. */
const sign = (support, t) => {
  const words = lights(support);
  return html`<p class="lights ${QUIET.has(words) ? "" : "on"}" role="status">${t(words)}</p>`;
};

/** What goes to the expert from this desk, in words that a customer beside it reads, too. */
function lights({ session, devices: { open }, talk: { off } }) {
  if (!open.camera && !open.microphone) return "counter-devices-none";
  const held = session.state === "held";
  const [camera, microphone] = [open.camera && !off.video && !held, open.microphone && !off.audio && !held];
  if (camera && microphone) return "counter-devices-on";
  if (!camera && !microphone) return "counter-devices-off";
  return camera ? "counter-devices-camera" : "counter-devices-microphone";
}

function words(support, t) {
  const { talk } = support;
  return html`<div class="words">
    <div class="theirs" role="log" tabindex="0" aria-label=${t("counter-expert-writes")}><div>
      ${talk.chat.map((line) => html`<p><bdi>${line}</bdi></p>`)}
      ${talk.theirs ? html`<p class="typed">${talk.theirs}</p>` : nothing}
      ${talk.chat.length || talk.theirs ? nothing : html`<p class="quiet">${t("counter-expert-writes-nothing")}</p>`}</div></div>
    <label class="field"><span>${t("counter-you-write")}</span>
      <textarea data-typing rows="2" .value=${live(talk.mine)} @input=${(event) => support.type(event.target.value)}></textarea></label></div>`;
}
