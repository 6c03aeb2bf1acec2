// The expert's picture and sound are played by themselves in a booth (its browser is told so); any other browser may
// want a touch first. Then the picture goes on without sound, the page says so, and the first touch brings it.

/** Call after drawing. @param {(silent: boolean) => void} told whether a touch is needed for the sound */
export function playAll(told) {
  for (const video of document.querySelectorAll("video")) {
    if (video.paused && video.srcObject && !video.dataset.trying) play(video, told);
  }
}

async function play(video, told) {
  video.dataset.trying = "";
  try {
    await video.play();
  } catch (error) {
    if (error.name === "NotAllowedError") await playSilently(video, told);
    else if (error.name !== "AbortError") throw error; // another stream, or the element is gone
  } finally {
    delete video.dataset.trying;
  }
}

async function playSilently(video, told) {
  video.muted = true;
  told(true);
  const touched = new AbortController();
  const unmute = () => {
    touched.abort();
    video.muted = false;
    told(false);
  };
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, unmute, { signal: touched.signal });
  await video.play().catch(() => {}); // no picture without a touch either: the next drawing tries again
}
