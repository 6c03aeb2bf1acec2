/* What an advisor can ask of the point: each name is one request of the contract, made from state and form. */

const at = (state, verb) => `/counters/${encodeURIComponent(state.id)}/${verb}`;
const bare = (verb) => (state) => [at(state, verb), {}];
const incident = (verb) => (_, { id }) => [`/incidents/${encodeURIComponent(id)}/${verb}`, {}];

/** name -> (state, form) -> [path below /api/v1, body] */
export const requests = {
  open: (state, { advisor, services, languages }) => [at(state, "open"), { advisor, services, languages }],
  close: bare("close"),
  callNext: bare("call-next"),
  call: (state, { ticket }) => [at(state, "call"), { ticket }],
  roll: (state, { service, n }) => [at(state, "call"), { roll: { service, n: Number(n) } }],
  recall: bare("recall"),
  start: bare("start"),
  hold: bare("hold"),
  resume: (state, { service_event }) => [at(state, "resume"), { service_event }],
  noShow: bare("no-show"),
  transfer: (state, form) => [at(state, "transfer"), transferBody(form)],
  end: (state, form) => [at(state, "end"), endBody(form)],
  activity: (state, { activity }) => [at(state, "activity"), { activity }],
  work: (_, { provider, service, minutes, channel }) => ["/work", { provider, service, minutes: Number(minutes), channel }],
  support: ({ id, booths, current }, { service }) => // any booth of the point: the session is in none
    [`/booths/${encodeURIComponent(booths[0].id)}/sessions`, { mode: "support", counter: id, service, language: current.language }],
  alarm: (state) => ["/incidents", { place: state.id, kind: "threat" }],
  acknowledge: incident("acknowledge"),
  helped: (_, { id }) => [`/booths/${encodeURIComponent(id)}/helped`, {}],
  clear: incident("clear"),
};

/** The one thing that is most likely next. */
export function primary(state) {
  if (state.current?.state === "called") return "start";
  if (state.current) return "end";
  if (["break", "other_work"].includes(state.advisor?.state)) return "available";
  if (state.roll && !state.waiting.some((row) => row.eligible)) return "roll";
  return "callNext";
}

/** What else can be done with the customer at the desk. */
export function offered(state) {
  if (!state.current) return [];
  return state.current.state === "called" ? ["recall", "noShow", "transfer", "hold"] : ["hold", "transfer", "recall"];
}

/** The first values of each form: right for most customers, so that nothing need be touched. */
export const firstForm = {
  open: (state) => ({ // the demo's newcomer opens with one press, and may call whoever took a number
    advisor: state.demo ? "N1" : "",
    services: state.services?.length && !state.demo ? [...state.services] : state.all_services.map((one) => one.id),
    languages: state.speaks?.length ? [...state.speaks] : [...state.languages],
  }),
  end: (state) => ({
    resolution: "first_contact", guidance: "none", channel: "counter", next: state.current.also?.[0] ?? "",
  }),
  transfer: () => ({ to: "service", target: "", position: "keep", return: false }),
  work: (state) => ({ service: state.all_services[0]?.id ?? "", minutes: 15, channel: "paper" }),
  roll: (state) => ({ service: state.all_services[0]?.id ?? "", n: "" }),
};

/** Can this form be sent as it is? */
export const complete = {
  open: ({ advisor, services, languages }) => Boolean(advisor.trim() && services.length && languages.length),
  end: () => true,
  transfer: ({ target }) => Boolean(target),
  work: ({ service, minutes }) => Boolean(service && minutes > 0 && minutes <= 600),
  roll: ({ service, n }) => Boolean(service && n > 0 && n < 1000),
};

function transferBody({ to, target, position, return: back }) {
  if (to === "booth") return { to: { booth: target } };
  return { to: { [to]: target }, position, ...(back ? { return: true } : {}) };
}

function endBody({ resolution, guidance, channel, next }) {
  return { resolution, guidance, ...(channel === "counter" ? {} : { channel }), ...(next ? { next } : {}) };
}
