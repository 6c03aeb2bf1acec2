// In a session: the stage (customer, self), its controls, documents, and beside it text, files, deeds.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { live } from "/ui/vendor/lit/directives/live.js"; // a stream that is set anew begins anew
import { keyed } from "/ui/vendor/lit/directives/keyed.js";
import { showNumber } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { hearBy } from "/expert/devices.js";
import { documents } from "/expert/view-document.js";
import { forms } from "/expert/view-forms.js";
import { lastWords, side } from "/expert/view-side.js";
import { advisorAt, interpreter, languageTag } from "/expert/view-waiting.js";
import { timer } from "/expert/time.js";

export function session(ui, t) {
  return keyed(ui.call.id, html`
    ${about(ui, t)}
    ${customer(ui, t)}${ui.call.isSupport ? nothing : documents(ui, t)}
    ${controls(ui, t)}
    <section class="side">${ui.panel && ui.panel !== "devices" ? [lastWords(ui, t), forms(ui, t)] : side(ui, t)}</section>
    <p class="only-heard" role="status">${ui.call.spoken}</p>
    ${deeds(ui, t)}`);
}

/** The customer has ended it: only the words are left. */
export const wrapUp = (ui, t) => html`${about(ui, t)}<section class="side">${forms(ui, t, "end")}</section>`;

function about(ui, t) {
  const { call } = ui;
  const { brief, quality } = call;
  return html`<div class="about" tabindex="-1">
    ${brief.number ? html`<b class="number">${showNumber(brief.number)}</b>` : nothing}
    <b><bdi>${ui.name(brief.service_name) || brief.service}</bdi></b>
    ${languageTag(brief.language, ui)}
    ${brief.interpreter ? html`<span class="tag loud">${interpreter(brief.interpreter, t)}</span>` : nothing}
    ${brief.mode === "appointment" ? html`<span class="tag loud">${t("desk-booked")}</span>` : nothing}
    <span class="quiet"><bdi>${ui.name(call.pointName)}</bdi>${brief.booth ? html` · <bdi>${ui.name(brief.booth_name) || brief.booth}</bdi>` : nothing}${advisorAt(brief, ui, t)}</span>
    <span class="right">${quality && call.talking.state === "up" ? line(quality, t) : nothing}
      <span class="timer" aria-label=${t("desk-lasted")}>${timer(performance.now() - call.startedAt)}</span></span>
  </div>`;
}

/** The line in a word: what a person would notice. Limits: ITU-T G.114 (delay), 3 % of lost sound. */
function line({ rtt_ms: rtt, loss, relay }, t) {
  const poor = rtt > 400 || loss > 0.08;
  const fair = rtt > 250 || loss > 0.03;
  const word = poor ? "poor" : fair ? "fair" : "good";
  return html`<span class="quality ${word}">${t(`desk-line-${word}`)}
    <small>${t("desk-line-figures", { rtt: rtt ?? "–", loss: Math.round(loss * 100) })}${relay ? html` · ${t("desk-relayed")}` : nothing}</small></span>`;
}

function customer(ui, t) {
  const { call } = ui;
  const shown = call.isEmergency ? call.booth.emergency : call.customer;
  const met = call.talking.state === "up"; // what the customer has turned off is off in the conversation, not in the emergency
  const up = met || call.isEmergency;
  return html`<div class="customer ${up ? "" : "dim"}">
    ${shown ? html`<video autoplay playsinline .srcObject=${live(shown)} aria-label=${t("desk-customer")}
      @loadedmetadata=${(event) => play(event.target, ui)}></video>` : nothing}
    ${up ? nothing : html`<p class="covers"><span class="spinner" aria-hidden="true"></span>${t(call.talking.was ? "desk-mending" : "desk-connecting")}</p>`}
    ${met && call.isHeld ? html`<p class="covers held">${t("desk-on-hold-resume")}</p>` : nothing}
    ${met && !call.isHeld && call.theirOff.video ? html`<p class="covers">${t("desk-customer-camera-off")}</p>` : nothing}
    ${met && !call.isHeld && call.theirOff.audio ? html`<p class="muted">${t("desk-customer-muted")}</p>` : nothing}
    ${call.caption ? html`<p class="caption"><small>${t("desk-automatic")}</small> ${call.caption}</p>` : nothing}
    ${self(ui, t)}
  </div>`;
}

/** The expert as the customer sees them, mirrored as in a mirror; or the screen that is shared. */
function self({ call, devices }, t) {
  const off = call.off.video || call.isHeld || !devices.open.camera;
  return html`<div class="self ${off ? "off" : ""}">
    ${devices.stream ? html`<video autoplay playsinline .muted=${true} .srcObject=${live(devices.stream)} aria-label=${t("desk-self")}></video>` : nothing}
    ${off ? html`<span>${t(call.isHeld ? "desk-on-hold" : "desk-camera-is-off")}</span>` : nothing}
    ${devices.screen ? html`<span class="sharing">${t("desk-sharing")}</span>` : nothing}</div>`;
}

function play(video, ui) {
  hearBy(video, ui.devices.chosen.speaker);
  video.play().then(() => ui.heardSound(true), () => ui.heardSound(false));
}

function controls(ui, t) {
  const { call, devices } = ui;
  const toggle = (on, words, key, press) => html`<button class="button" aria-pressed=${String(on)} @click=${press}>${t(words)}${key ? html`<kbd>${key}</kbd>` : nothing}</button>`;
  return html`<div class="controls" role="group" aria-label=${t("desk-controls")}>
    ${toggle(call.off.audio, call.off.audio ? "desk-unmute" : "desk-mute", "F4", () => ui.turn("audio"))}
    ${toggle(call.off.video, call.off.video ? "desk-camera-on" : "desk-camera-off", "Shift+F4", () => ui.turn("video"))}
    ${toggle(Boolean(devices.screen), devices.screen ? "desk-stop-sharing" : "desk-share", "", ui.share)}
    ${ui.canCaption ? toggle(call.captions.isOn, "desk-captions", "", ui.caption) : nothing}
    ${call.isSupport ? nothing : html`<button class="button" aria-pressed=${String(ui.large === "document")} @click=${() => ui.change({ large: ui.large === "document" ? "customer" : "document" })}>
      ${icon("swap-vertical")}${t(ui.large === "document" ? "desk-customer-large" : "desk-document-large")}</button>`}
  </div>`;
}

function deeds(ui, t) {
  const deed = (name, key) => html`<button class="button" data-panel=${name} aria-pressed=${String(ui.panel === name)} ?disabled=${ui.busy.has(name)}
    @click=${() => ui.show(name)}>${t(`desk-${name}`)}${key ? html`<kbd>${key}</kbd>` : nothing}</button>`;
  const { isHeld, isSupport } = ui.call;
  return html`<div class="deeds" role="group" aria-label=${t("desk-deeds")}>
    ${deed("identity")}
    <button class="button" aria-pressed=${String(isHeld)} ?disabled=${ui.busy.has("hold") || ui.busy.has("resume")} @click=${ui.hold}>
      ${t(isHeld ? "desk-resume" : "desk-hold")}<kbd>F8</kbd></button>
    ${isSupport ? nothing : [deed("hand_over", "F9"), deed("move")]}
    <button class="button danger" data-panel="end" aria-pressed=${String(ui.panel === "end")} ?disabled=${ui.busy.has("end")} @click=${() => ui.show("end")}>${t("desk-end")}<kbd>F2</kbd></button>
  </div>`;
}
