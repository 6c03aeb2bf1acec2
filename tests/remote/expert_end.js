// An expert's end of the talk leg for the tests: Talk as the desk uses it; what it says goes out by `tell`.
import { Talk } from "/ui/shared/talk.js";
import { applied } from "/ui/shared/talk-text.js";

const expert = (window.expert = { talk: null, text: "", ctl: [], states: [], seen: null, hear: (message) => expert.talk?.hear(message) });

expert.begin = async (session) => {
  const picture = document.body.appendChild(Object.assign(document.createElement("video"), { autoplay: true, muted: true, id: "seen" }));
  expert.talk = new Talk({
    session, me: "expert", polite: true, begins: true, ice: { servers: [], relay_only: false },
    send: (message) => window.tell(message),
    on: {
      stream: (stream, slot) => slot === "camera" && (picture.srcObject = stream),
      state: (state) => expert.states.push(state),
      text: (step) => (expert.text = applied(expert.text, step)),
      ctl: (message) => expert.ctl.push(message),
    },
  });
  expert.talk.setMedia(await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } }));
  expert.talk.begin(Date.now() * 1000 + 1);
};

expert.share = () => {
  const canvas = document.body.appendChild(Object.assign(document.createElement("canvas"), { width: 640, height: 360 }));
  const ink = canvas.getContext("2d");
  let n = 0;
  setInterval(() => {
    ink.fillStyle = n % 2 ? "#fff" : "#036";
    ink.fillRect(0, 0, 640, 360);
    ink.fillStyle = "#f80";
    ink.fillRect((n += 7) % 600, 100, 40, 160);
  }, 50);
  expert.talk.replace("screen", canvas.captureStream(20).getVideoTracks()[0]);
};

window.ready = true;
