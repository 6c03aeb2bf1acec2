// Beside the stage: live text both ways, messages, files. What comes to a tab that is not shown is marked on it.
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { live } from "/ui/vendor/lit/directives/live.js";
import { repeat } from "/ui/vendor/lit/directives/repeat.js";
import { icon } from "/ui/shared/icons.js";
import { size } from "/expert/time.js";

const TABS = ["text", "chat", "files"];
// Why a file failed, here or at the booth (drivers/media) -> desk-why-*; others are "the booth did not take it".
const WHYS = {
  interrupted: "interrupted", too_slow: "interrupted", channel_closed: "interrupted", damaged: "damaged",
  wrong_hash: "damaged", wrong_size: "damaged", no_picture: "no_picture", not_asked: "not_asked", too_large: "too_large",
  not_pdf: "no_pdf", unreadable: "unreadable", customer_said_no: "customer_said_no", no_answer: "no_answer",
  no_booth_leg: "no_booth_leg", no_printer: "no_printer", no_cups: "printer_failed", refused: "printer_failed",
  failed: "printer_failed", aborted: "printer_failed", canceled: "canceled", too_many: "too_many", too_much: "too_much",
  no_camera: "no_camera", absent: "camera", ambiguous: "camera", broken: "camera", no_access: "camera", busy_elsewhere: "camera_busy",
  held: "held",
};
const PRINT_WHYS = { too_slow: "printer_slow", too_many: "too_many_files" }; // where a print means another thing than a still

export function side(ui, t) {
  return html`<div class="tabs" role="tablist" aria-label=${t("desk-tabs")} @keydown=${(event) => arrows(event, ui)}>${tabsOf(ui).map((tab) => html`
      <button role="tab" id="tab-${tab}" aria-selected=${String(ui.tab === tab)} aria-controls="panel" tabindex=${ui.tab === tab ? 0 : -1}
        @click=${() => open(ui, tab)}>${t(`desk-tab-${tab}`)}${ui.news.has(tab) ? html`<span class="news">${t("desk-new")}</span>` : nothing}</button>`)}</div>
    <div class="panel" id="panel" role="tabpanel" aria-labelledby="tab-${ui.tab}">${{ text, chat, files }[ui.tab](ui, t)}</div>`;
}

/** While a form stands in the place of the rest: the last that the customer wrote, loud when it came meanwhile. */
export function lastWords(ui, t) {
  const { theirs, chat: messages } = ui.call;
  const message = messages.findLast((one) => one.from === "customer");
  const isNew = ui.news.has("text") || ui.news.has("chat");
  const tab = ui.news.has("chat") || !theirs ? "chat" : "text";
  return html`<div class="last-words ${isNew ? "loud" : ""}">
    <p class="label">${t("desk-customer-types")}${isNew ? html` <span class="news">${t("desk-new")}</span>` : nothing}</p>
    ${theirs || message ? html`<button type="button" class="flat" @click=${() => ui.read(tab)}>${t("desk-read")}</button>` : html`<span class="quiet">${t("desk-nothing-yet")}</span>`}
    ${theirs ? html`<div class="last"><div><bdi>${theirs}</bdi></div></div>` : nothing}
    ${message ? html`<div class="last message"><div><small>${t("desk-message")}</small> <bdi>${message.text}</bdi></div></div>` : nothing}</div>`;
}

/** An advisor's counter takes no files. */
const tabsOf = ({ call }) => (call.isSupport ? TABS.filter((tab) => tab !== "files") : TABS);

function open(ui, tab) {
  ui.news.delete(tab);
  ui.change({ tab });
}

function arrows(event, ui) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = tabsOf(ui);
  const tab = tabs[(tabs.indexOf(ui.tab) + step + tabs.length) % tabs.length];
  open(ui, tab);
  queueMicrotask(() => document.getElementById(`tab-${tab}`)?.focus());
}

/** Real-time text: the other end sees each character as it is typed. */
function text(ui, t) {
  const { call } = ui;
  return html`<div class="live-text">
    <p class="label" id="theirs">${t("desk-customer-types")}</p>
    <div class="theirs" role="group" aria-labelledby="theirs" tabindex="0"><div>${call.theirs || html`<span class="quiet">${t("desk-nothing-yet")}</span>`}</div></div>
    <label for="mine" class="label">${t("desk-you-type")}</label>
    <textarea id="mine" .value=${live(call.mine)} @input=${(event) => call.typeTo(event.target.value)} aria-describedby="mine-help"></textarea>
    <p class="quiet" id="mine-help">${t("desk-live-help")}</p></div>`;
}

function chat(ui, t) {
  const { call } = ui;
  const send = (event) => {
    event.preventDefault();
    const field = event.target.elements.message;
    call.say(field.value);
    field.value = "";
  };
  return html`<div class="chat">
    <div class="messages" role="log" tabindex="0" aria-label=${t("desk-tab-chat")}><ol class="plain">${call.chat.length ? call.chat.map(({ from, text: words }) => html`
      <li class=${from}><small>${t(from === "me" ? "desk-me" : "desk-customer")}</small><bdi>${words}</bdi></li>`)
      : html`<li class="quiet">${t("desk-chat-vanishes")}</li>`}</ol></div>
    <form @submit=${send}><input name="message" aria-label=${t("desk-message")} maxlength="2000" autocomplete="off">
      <button class="button">${t("desk-send")}</button></form></div>`;
}

function files(ui, t) {
  const { files: all, brief, booth } = ui.call;
  const chosen = (event) => {
    ui.print(event.target.files[0]);
    event.target.value = "";
  };
  return html`<div class="files">
    <label class="button file ${brief.printer ? "" : "off"}">${icon("print")}${t("desk-send-pdf")}
      <input type="file" accept="application/pdf,.pdf" ?disabled=${!brief.printer} @change=${chosen}></label>
    <p class="quiet">${t(brief.printer ? "desk-pdf-help" : "desk-no-printer")}</p>
    ${booth.state === "up" || !all.list.length ? nothing : html`<p class="quiet">${t("desk-files-wait")}</p>`}
    <ul class="rows">${repeat(all.list, (one) => one.id, (one) => row(one, ui, t))}</ul></div>`;
}

function row(one, ui, t) {
  const share = one.size ? Math.min(1, one.got / one.size) : 0;
  const moving = ["sending", "coming"].includes(one.state);
  return html`<li data-file=${one.id} class="${one.kind} ${one.state}">
    <div><b><bdi>${one.kind === "still" ? t("desk-still-title") : one.name}</bdi></b>
      <small>${one.size ? size(one.size, ui.lang) : nothing}</small>
      <p role="status">${words(one, t)}</p>
      ${moving ? html`<div class="moving"><progress max="1" .value=${share} aria-label=${words(one, t)}></progress> <small>${Math.round(share * 100)} %</small></div>` : nothing}</div>
    ${one.url ? html`<button class="thumb" @click=${() => ui.look(one.id)}><img src=${one.url} alt=${t("desk-look")}></button>` : nothing}</li>`;
}

function words({ kind, state, cause }, t) {
  if (state !== "failed") return t(`desk-${kind}-${state}`);
  const why = (kind === "print" && PRINT_WHYS[cause]) || WHYS[cause] || "other";
  return t("desk-file-failed", { why: t(`desk-why-${why}`) });
}
