// The forms of a session: what each holds at first, what it still wants, and the order that it makes
// (docs/remote-service.md, "Point and central").
export const OUTCOMES = ["completed", "customer_left", "technical_failure"];
export const RESOLUTIONS = ["first_contact", "referred", "pending"];
export const GUIDANCE = ["none", "e_channel_shown", "e_channel_assisted"];
export const METHODS = ["document", "strong_authentication", "known_customer", "questions"]; // domain/events.py
export const RESULTS = ["confirmed", "not_confirmed", "not_needed"];
export const POSITIONS = ["first", "last", "keep"];
export const QUANTITY_MOST = 99;

/** name -> first values, right for most customers; the outcome is nobody's but the expert's. `call` has brief, services,
 * queues, counters. */
export const firstForm = {
  end: ({ brief }) => ({
    outcome: "", resolution: "first_contact", guidance: "none", delivered: { [brief.service]: 1 },
  }),
  identity: () => ({ method: "document", result: "" }),
  hand_over: () => ({ to: "", target: "", position: "first" }),
  move: ({ brief }) => ({ service: brief.service }),
};

/** What is forgotten when the form is opened again, so that F2 pressed once too often ends nothing. */
export const askedAnew = { end: { outcome: "" } };

/** name -> (form, call) -> what is still to be chosen (the id of its words), or "" */
export const missing = {
  end: ({ outcome }) => (outcome ? "" : "desk-missing-outcome"),
  identity: ({ result }) => (result ? "" : "desk-missing-result"),
  hand_over: (form, call) => {
    const { kinds, target } = whereTo(form, call);
    if (!kinds.length) return "desk-missing-anywhere";
    return target ? "" : "desk-missing-target";
  },
  move: ({ service }) => (service ? "" : "desk-missing-service"),
};

/** Where a customer may go now: the kinds that have any, the chosen one (else the first), its places, the chosen one. */
export function whereTo({ to, target }, { counters, queues, services }) {
  const targets = { counter: counters.filter((one) => one.open), queue: queues.filter((one) => one.open), service: services };
  const kinds = Object.keys(targets).filter((one) => targets[one].length);
  const kind = kinds.includes(to) ? to : kinds[0];
  const places = targets[kind] ?? [];
  return { kinds, kind, places, target: places.some((one) => one.id === target) ? target : "" };
}

/** name -> (form, call) -> the order's members */
export const orders = {
  end: ({ outcome, resolution, guidance, delivered }, { isSupport }) => // an advisor's service is put into words at the counter
    outcome === "completed" && !isSupport
      ? { do: "end", outcome, resolution, guidance, delivered: Object.entries(delivered).map(([service, qty]) => ({ service, qty })) }
      : { do: "end", outcome },
  identity: ({ method, result }) => ({ do: "identity", method, result }),
  hand_over: (form, call) => {
    const { kind, target } = whereTo(form, call);
    return { do: "hand_over", [kind]: target, position: form.position };
  },
  move: ({ service }, { services }) => ({ do: "move", service, provider: services.find((one) => one.id === service).provider }),
};
