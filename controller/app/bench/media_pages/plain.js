// The plain pair: the least that two browsers do to see and hear each other. Signals go through whoever drives both.
const video = document.querySelector("video");
let connection;

async function answerOrTake({ description, candidate }) {
  if (candidate !== undefined) return connection.addIceCandidate(candidate);
  await connection.setRemoteDescription(description);
  if (description.type === "offer") await describe();
}

async function describe() {
  await connection.setLocalDescription();
  window.tell({ description: connection.localDescription.toJSON() });
}

window.plain = {
  /** Camera and microphone are opened; both ends do so before the call begins. */
  async open(servers, wanted) {
    connection = new RTCPeerConnection(servers);
    connection.onicecandidate = ({ candidate }) => window.tell({ candidate: candidate?.toJSON() ?? null });
    connection.ontrack = ({ streams: [stream] }) => {
      if (video.srcObject !== stream) video.srcObject = stream;
    };
    connection.onconnectionstatechange = () => {
      if (window.plain.calls && connection.connectionState === "failed") connection.restartIce();
    };
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
  },
  /** This end offers, now and whenever it must again. */
  async call() {
    window.plain.calls = true;
    connection.onnegotiationneeded = describe;
    await describe();
  },
  hear: answerOrTake,
};
