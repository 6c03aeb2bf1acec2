// The forms of a session: what each holds at first, when it may be sent, and the order that it makes
// (docs/remote-service.md, "Point and central").
export const OUTCOMES = ["completed", "customer_left", "technical_failure"];
export const RESOLUTIONS = ["first_contact", "referred", "pending"];
export const GUIDANCE = ["none", "e_channel_shown", "e_channel_assisted"];
export const METHODS = ["document", "strong_authentication", "known_customer", "questions"]; // domain/events.py
export const RESULTS = ["confirmed", "not_confirmed", "not_needed"];
export const POSITIONS = ["first", "last", "keep"];
export const QUANTITY_MOST = 99;

/** name -> first values, right for most customers. `call` has brief, services, queues, counters. */
export const firstForm = {
  end: ({ brief }) => ({
    outcome: "completed", resolution: "first_contact", guidance: "none", delivered: { [brief.service]: 1 },
  }),
  identity: () => ({ method: "document", result: "" }),
  hand_over: ({ counters, queues }) => ({
    to: counters.length ? "counter" : queues.length ? "queue" : "service", target: "", position: "first",
  }),
  move: ({ brief }) => ({ service: brief.service }),
};

export const complete = {
  end: () => true,
  identity: ({ result }) => Boolean(result),
  hand_over: ({ target }) => Boolean(target),
  move: ({ service }) => Boolean(service),
};

/** name -> (form, call) -> the order's members */
export const orders = {
  end: ({ outcome, resolution, guidance, delivered }, { isSupport }) => // an advisor's service is put into words at the counter
    outcome === "completed" && !isSupport
      ? { do: "end", outcome, resolution, guidance, delivered: Object.entries(delivered).map(([service, qty]) => ({ service, qty })) }
      : { do: "end", outcome },
  identity: ({ method, result }) => ({ do: "identity", method, result }),
  hand_over: ({ to, target, position }) => ({ do: "hand_over", [to]: target, position }),
  move: ({ service }, { services }) => ({ do: "move", service, provider: services.find((one) => one.id === service).provider }),
};
