/* The box itself: version, config, clock, link to central, disk; each with what to do when it is not well. */
import { html, nothing } from "/ui/vendor/lit/lit-html.js";
import { icon } from "/ui/shared/icons.js";
import { lasted } from "/ui/technician/words.js";

const GB = 1e9;
const VITAL = { clock, central, disk };

/** What is not well with the box, for the page's summary: [{name, how, words}], in words without figures, for it is said
    aloud whenever it changes. */
export function pointTroubles(state, t) {
  const all = Object.entries(VITAL).map(([name, vital]) => ({ name, ...vital(state) }));
  return all.filter(({ how }) => how && how !== "good").map(({ name, how, words: [id], short }) => ({ name, how, words: t(short ?? id) }));
}

export function pointCard(state, ui, t) {
  return html`<section class="point" id="point" aria-labelledby="point-title"><h2 id="point-title" tabindex="-1">${t("technician-point")}</h2>
    <dl class="card">
      ${Object.entries(VITAL).map(([name, vital]) => row(name, vital(state), t))}
      ${row("started", { words: [lasted("for", ui.age(state.started), t)] }, t)}
      ${row("version", { words: [state.version || "–"] }, t)}
      ${row("config", { words: [html`<code title=${state.config_hash}>${state.config_hash?.slice(0, 12) || "–"}</code>`] }, t)}
    </dl></section>`;
}

/** `words`: message id and arguments, or finished content; `mend`: message id of what to do; `how`: good, warn or bad. */
function row(name, { words, mend, how }, t) {
  const [first, args] = words;
  const content = typeof first === "string" && first.startsWith("technician-") ? t(first, args) : first;
  const sign = { good: "check-circle", warn: "warning", bad: "error", unknown: "help" }[how];
  return html`<div class=${how ?? "plain"}><dt>${t(`technician-${name}`)}</dt>
    <dd>${sign ? icon(sign) : nothing}<span>${content}${mend ? html`<br><span class="do">${t("technician-do")}:</span> ${t(mend)}` : nothing}</span></dd></div>`;
}

function clock({ clock }) {
  const how = { synced: "good", holdover: "warn", unsynced: "bad" }[clock];
  return { words: [`technician-clock-${clock}`], mend: how === "good" ? undefined : `technician-clock-${clock}-do`, how };
}

function central({ central }) {
  if (!central.configured) return { words: ["technician-central-none"] };
  if (central.fork) return { words: ["technician-central-fork"], mend: "technician-central-fork-do", how: "bad" };
  if (!central.up) return { words: ["technician-central-down", { n: central.behind }], mend: "technician-central-down-do", how: "bad", short: "technician-central-down-short" };
  if (central.behind) return { words: ["technician-central-behind", { n: central.behind }], how: "good" };
  return { words: ["technician-central-up"], how: "good" };
}

function disk({ disk, issuing }) {
  if (issuing === "journal_full") return { words: ["technician-disk-full"], mend: "technician-disk-low-do", how: "bad" };
  if (!disk) return { words: ["technician-disk-unknown"], how: "unknown" };
  const small = disk.free < 10 * GB;
  const args = { free: Math.floor(disk.free / (small ? 1e6 : GB)), total: Math.round(disk.total / GB) };
  const words = [small ? "technician-disk-free-mb" : "technician-disk-free", args];
  return disk.low ? { words, mend: "technician-disk-low-do", how: "warn", short: "technician-disk-low" } : { words, how: "good" };
}
