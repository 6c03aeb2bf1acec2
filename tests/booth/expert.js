// An expert's page for the tests: nothing but a line and Talk, used as the desk's page uses it.
import { Talk } from "/ui/shared/talk.js";
import { applied } from "/ui/shared/talk-text.js";

const expert = (window.expert = { talk: null, states: [], text: "", textAt: [], ctl: [], faults: [], epochs: 0 });
let line = null;

function open() {
  line = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/expert/line`);
  line.onopen = () => send({ t: "join", session: "r-1" });
  line.onclose = () => setTimeout(open, 250);
  line.onmessage = ({ data }) => take(JSON.parse(data));
}

const send = (message) => line.readyState === WebSocket.OPEN && line.send(JSON.stringify(message));

function take(message) {
  if (message.t !== "joined") return expert.talk?.hear(message);
  if (expert.talk) return expert.talk.lineOpened(); // the line was gone, the conversation was not
  join(message);
}

async function join({ session, seat, ice }) {
  const seen = document.querySelector("#seen");
  expert.talk = new Talk({
    session, me: "expert", polite: true, begins: true, ice, send,
    on: {
      stream: (stream, slot) => slot === "camera" && (seen.srcObject = stream),
      state: (state, why) => expert.states.push([state, why, performance.now()]),
      text: (step) => {
        expert.text = applied(expert.text, step);
        expert.textAt.push(performance.timeOrigin + performance.now());
        document.querySelector("#text").textContent = expert.text;
      },
      ctl: (message) => expert.ctl.push(message),
      fault: (error) => expert.faults.push(String(error)),
    },
  });
  if (!new URLSearchParams(location.search).has("blind")) {
    expert.talk.setMedia(await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } }));
  }
  expert.talk.begin(seat * 1000 + 1);
}

open();
