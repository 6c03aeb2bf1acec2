// The customer's own ticket: asks every two seconds, and says so when the answer is older than six.
import { get, newKey, post, Problem } from "/ui/shared/api.js";
import { LANGUAGE_NAMES, loadMessages } from "/ui/shared/i18n.js";
import { drawer, ownId } from "/ui/shared/page.js";
import { ticketPage } from "/ui/ticket/view.js";

const POLL_MS = 2000; // views.md
const STALE_MS = 6000;
const GONE = new Set([403, 404, 410]);

const code = ownId();
const page = {
  ticket: null,
  missing: false,
  stale: false,
  language: "",
  chosen: false,
  feedback: null,
  rating: null, // {score, key}: pressing again after a failure is the same rating
  heardAt: performance.now(),
  rate,
  speak,
};
const draw = drawer(() => {
  document.documentElement.lang = page.language;
  return ticketPage(page);
});

/** The phone's own language until the ticket tells its customer's. */
function firstLanguage() {
  const wanted = navigator.languages.map((tag) => tag.split("-")[0]);
  return wanted.find((language) => language in LANGUAGE_NAMES) ?? "fi";
}

function speak(language) {
  Object.assign(page, { language, chosen: true });
  draw();
}

async function poll() {
  try {
    const ticket = await get(`/t/${encodeURIComponent(code)}`);
    Object.assign(page, { ticket, missing: false, heardAt: performance.now() });
    if (!page.chosen && ticket.language in LANGUAGE_NAMES) page.language = ticket.language;
    tellByVibration(ticket);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (GONE.has(error.status)) Object.assign(page, { missing: true, ticket: null });
  } finally {
    setTimeout(poll, POLL_MS);
  }
  age();
}

function age() {
  page.stale = !page.missing && performance.now() - page.heardAt > STALE_MS;
  draw();
}

let told = "";
/** Once for each call: a phone in a pocket may be felt where a loudspeaker is not heard. */
function tellByVibration(ticket) {
  const place = ticket.counter_label ?? JSON.stringify(ticket.booth_name);
  const call = ticket.state === "called" ? `${ticket.service_event}/${place}` : "";
  if (call && call !== told && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400]);
  told = call;
}

async function rate(score) {
  if (page.rating?.score !== score) page.rating = { score, key: newKey() };
  const body = { score, service_event: page.ticket.service_event, question: "satisfaction", language: page.language };
  try {
    await post("/feedback", body, { key: page.rating.key, headers: { Authorization: `Ticket ${code}` } });
    page.feedback = "sent";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    page.feedback = "failed";
  }
  draw();
}

page.language = firstLanguage();
await loadMessages(["common", "ticket"], Object.keys(LANGUAGE_NAMES));
setInterval(age, 1000);
poll();
