/* One device: how it is and since when, what is wrong and what to do, what it can prove, a test, its newest events. */
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { showNumber } from "/ui/shared/i18n.js";
import { icon } from "/ui/shared/icons.js";
import { causesOf, causeWords, kindWords, lasted, mendWords, nameOf, severity, testWords } from "/ui/technician/words.js";

const PICTURES = { printer: "print", screen: "display", kiosk: "mobile", panel: "alert", scanner: "search", booth: "conversation" };
export const SIGNS = { bad: "error", warn: "warning", unknown: "help", good: "check-circle" };
const NEVER_HEARD = ["no_report"]; // nothing began at a time that anybody could tell

export function deviceCard(device, ui, t) {
  const name = nameOf(device);
  return html`<li class="card device ${severity(device)}" id=${name}>
    ${device.simulated ? html`<p class="simulated">${t("technician-simulated")}</p>` : nothing}
    <h3 tabindex="-1">${icon(PICTURES[device.kind] ?? "info")}<bdi>${device.id}</bdi> <span class="kind">${kindWords(device.kind, t)}</span></h3>
    ${how(device, ui, t)}
    ${causesOf(device).map((cause) => trouble(cause, device, t))}
    ${facts(device, ui, t)}
    ${[tests(device, name, ui, t), events(device, t)]}
  </li>`;
}

function how(device, ui, t) {
  const how = severity(device);
  return html`<p class="how">${icon(SIGNS[how])}<b>${t(`technician-state-${device.actual}`)}</b>
    ${device.causes.some((cause) => NEVER_HEARD.includes(cause)) ? nothing : html`<span class="since">${lasted("for", ui.age(device.since), t)}</span>`}</p>`;
}

const trouble = (cause, device, t) => html`<div class="trouble"><p class="cause">${causeWords(cause, t)}</p>
  <p><span class="do">${t("technician-do")}:</span> ${mendWords(cause, device, t)}</p></div>`;

function facts(device, ui, t) {
  if (!device.link) return nothing;
  return html`<dl class="facts">
    ${device.kind === "printer" ? html`<div><dt>${t("technician-proof")}</dt><dd class="tier">${t(`technician-tier-${device.tier ?? "none"}`)}
      ${device.tier ? html`<small>(${device.tier})</small>` : nothing}</dd></div>` : nothing}
    ${device.roll ? html`<div><dt>${t("technician-roll")}</dt><dd class="roll">${roll(device, ui, t)}</dd></div>` : nothing}
    <div><dt>${t("technician-link")}</dt><dd><code>${device.link}</code></dd></div></dl>`;
}

/** Without paper there is nothing to press: the printer sees by itself that a roll was put in. */
function roll(device, ui, t) {
  const left = device.roll.tickets_left;
  if (left === 0 && device.causes.includes("paper_out")) return t("technician-roll-none");
  const words = left === null ? t("technician-roll-unknown") : t("technician-roll-left", { n: left });
  return html`${words} ${rollButton(device, nameOf(device), ui, t)}`;
}

/** What a technician does at a printer whose sensors do not see it. */
const rollButton = (device, name, ui, t) => html`<button class="button quiet" aria-disabled=${String(ui.busy.has(name) || !ui.live)}
  aria-label="${t("technician-roll-new")}: ${device.id}" @click=${() => ui.newRoll(device)}>${t("technician-roll-new")}</button>`;

function tests(device, name, ui, t) {
  const busy = ui.busy.has(name);
  const words = t(`technician-test-${["printer", "screen", "kiosk"].includes(device.kind) ? device.kind : "other"}`);
  return html`<div class="test">
    <button class="button" aria-disabled=${String(busy || !ui.live)} aria-describedby="${name}-result" aria-label="${words}: ${device.id}"
      @click=${() => ui.test(device)}>${busy ? t("technician-testing") : words}</button>
    <p class="result" id="${name}-result">${result(device, name, ui, t)}</p></div>`;
}

function result(device, name, ui, t) {
  if (ui.busy.has(name)) return nothing;
  if (ui.problems.has(name)) return html`${icon("error")}<span>${ui.problems.get(name)}</span>`;
  const last = device.last_test;
  if (!last) return nothing;
  return html`${icon(last.ok ? "check-circle" : "error")}<span>${testWords(last, device, t)}
    <small>${t("technician-test-of", { when: lasted("ago", ui.age(last.at), t) })}</small></span>`;
}

function events(device, t) {
  return html`<details><summary>${t("technician-events")}<span class="only-heard">: ${device.id}</span></summary>
    ${device.events.length ? html`<ol class="events">${device.events.map((one) => html`<li><time datetime=${one.time}>${one.local}</time>
      <span>${eventWords(one, t)}</span></li>`)}</ol>` : html`<p class="quiet">${t("technician-events-none")}</p>`}</details>`;
}

function eventWords(one, t) {
  const causes = (one.causes ?? (one.cause ? [one.cause] : [])).map((cause) => causeWords(cause, t));
  if (one.state) return [t(`technician-state-${one.state}`), ...causes].join(" – ");
  if (one.result) return [t(`technician-event-paper-${one.result}`, { number: showNumber(one.number) }), ...causes].join(" – ");
  return t(one.medium === "voice" ? "technician-event-spoken" : "technician-event-shown", { ms: one.latency_ms });
}
