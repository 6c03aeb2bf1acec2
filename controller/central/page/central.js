// The live page of central: follows /live for ever, and says so when it is not live.

import { language, words } from "/page/words.js";

const SILENT_MS = 4000; // central speaks every second
const RETRY_MS = [500, 1000, 2000, 4000];
const ROWS = 100;

const say = words(language());
const byId = (id) => document.getElementById(id);
const tick = new Intl.DateTimeFormat(say.locale, { timeStyle: "medium", hourCycle: "h23" });
const whole = new Intl.NumberFormat(say.locale);
let heardAt = null; // time of the newest line, by this clock
let joinedAt = 0; // when this connection began: what comes in its first second happened before
const shown = new Set(); // keys of the rows: central repeats the newest events on every connection

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function link(state, text) {
  document.body.dataset.link = state;
  if (byId("link-text").textContent !== text) byId("link-text").textContent = text;
}

function locked(is) {
  byId("sign-in").hidden = !is;
  byId("points-box").hidden = is;
  byId("events-box").hidden = is;
}

function notLive() {
  if (!byId("sign-in").hidden) return link("locked", say.page("locked"));
  link("lost", heardAt ? `${say.page("lost")} ${tick.format(heardAt)}` : say.page("lostNever"));
}

function duration(seconds) {
  if (seconds < 100) return `${whole.format(Math.round(seconds))} s`;
  if (seconds < 6000) return `${whole.format(Math.round(seconds / 60))} min`;
  return `${whole.format(Math.round(seconds / 3600))} h`;
}

function figure(label, text, mood) {
  const box = element("div");
  box.append(element("dt", "", say.page(label)), element("dd", mood, text));
  box.dataset.figure = label;
  return box;
}

function pointCard(point) {
  const card = element("article", "point");
  card.dataset.point = point.id;
  const figures = element("dl");
  figures.append(
    figure("seq", whole.format(point.seq), ""),
    figure("lag", duration(point.lag_s), point.lag_s > 60 ? "bad" : ""),
    figure("gaps", whole.format(point.gaps), point.gaps ? "bad" : "good"),
    figure("quarantined", whole.format(point.quarantined), point.quarantined ? "warn" : ""),
  );
  card.append(element("h3", "", point.id), figures);
  if (point.fork) card.append(element("p", "fork", say.page("fork")));
  return card;
}

function showPoints(message) {
  if (message.why) return link("lost", say.page("storage"));
  link("live", say.page("live"));
  byId("points").replaceChildren(...message.points.map(pointCard));
  byId("no-points").hidden = message.points.length > 0;
}

function eventRow(event) {
  const row = element("li", event.quarantined ? "quarantined" : "");
  row.classList.toggle("fresh", Date.now() - joinedAt > 1000);
  row.dataset.seq = event.seq;
  row.dataset.type = event.type;
  const time = element("time", "", event.time ? tick.format(new Date(event.time)) : "–");
  const what = element("span", "what", event.quarantined ? `${say.page("strange")} ${event.type}` : say.event(event.type));
  const rest = [event.where && say.place(event.kind, event.where), event.how && say.how(event.how)].filter(Boolean).join(" · ");
  if (rest) what.append(element("span", "where", ` ${rest}`));
  row.append(time, what, element("span", "number", event.number ?? ""), element("span", "seq", `#${event.seq}`));
  return row;
}

function showEvent(event) {
  const key = `${event.point} ${event.seq} ${event.time}`;
  if (shown.has(key)) return;
  const list = byId("events");
  const row = eventRow(event);
  row.dataset.key = key;
  shown.add(key);
  list.prepend(row);
  while (list.children.length > ROWS) {
    shown.delete(list.lastElementChild.dataset.key);
    list.lastElementChild.remove();
  }
  byId("no-events").hidden = true;
}

function show(message) {
  heardAt = new Date();
  if (message.t === "points") showPoints(message);
  else if (message.t === "event") showEvent(message);
}

async function follow() {
  const token = sessionStorage.getItem("token");
  const stop = new AbortController();
  let silence = setTimeout(() => stop.abort(), SILENT_MS);
  try {
    const answer = await fetch("/live", {
      headers: token ? { Authorization: `Bearer ${token}` } : {}, signal: stop.signal, cache: "no-store",
    });
    locked([401, 403].includes(answer.status));
    if (!answer.ok) return;
    joinedAt = Date.now();
    let rest = "";
    for await (const text of texts(answer.body)) {
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENT_MS);
      const parts = (rest + text).split("\n");
      rest = parts.pop();
      parts.forEach((line) => show(JSON.parse(line)));
    }
  } finally {
    clearTimeout(silence);
    stop.abort();
  }
}

async function* texts(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function forever() {
  for (let failed = 0; ; failed += 1) {
    const before = heardAt;
    try {
      await follow();
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)) throw error;
    }
    if (heardAt !== before) failed = 0;
    notLive();
    const wait = RETRY_MS[Math.min(failed, RETRY_MS.length - 1)];
    await new Promise((done) => setTimeout(done, wait * (0.75 + Math.random() / 2)));
  }
}

function begin() {
  document.documentElement.lang = say.lang;
  document.title = `Luukku – ${say.page("title")}`;
  for (const [id, name] of [
    ["title", "title"], ["points-title", "points"], ["events-title", "events"], ["no-points", "noPoints"],
    ["no-events", "noEvents"], ["token-label", "token"], ["token-send", "open"],
  ]) byId(id).textContent = say.page(name);
  link("connecting", say.page("connecting"));
  byId("sign-in").addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    sessionStorage.setItem("token", byId("token").value.trim());
    byId("sign-in").hidden = true;
    link("connecting", say.page("connecting"));
  });
  forever();
}

begin();
