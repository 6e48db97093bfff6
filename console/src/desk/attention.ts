// What calls an agent who looks elsewhere: a short tone, and a notification of the browser.

const TONE_HZ = [660, 880];
const TONE_SECONDS = 0.14;

let audio: AudioContext | undefined;

/** Two soft tones. Browsers allow them once the person has clicked anything on the page. */
export function ring(): void {
  if (typeof AudioContext === "undefined" || !navigator.userActivation?.hasBeenActive) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
  TONE_HZ.forEach((hertz, at) => tone(audio as AudioContext, hertz, at * TONE_SECONDS));
}

function tone(context: AudioContext, hertz: number, after: number): void {
  const begin = context.currentTime + after;
  const source = context.createOscillator();
  const volume = context.createGain();
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, begin);
  volume.gain.exponentialRampToValueAtTime(0.12, begin + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, begin + TONE_SECONDS);
  source.connect(volume).connect(context.destination);
  source.start(begin);
  source.stop(begin + TONE_SECONDS);
}

/** Whether the browser still has to be asked for notifications. */
export function mayAskToNotify(): boolean {
  return typeof Notification !== "undefined" && Notification.permission === "default";
}

/** Tell by the browser, if that is allowed and the person looks elsewhere. */
export function notify(title: string, body: string, tag: string): void {
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  if (document.hasFocus()) return;
  const told = new Notification(title, { body, tag });
  told.onclick = () => {
    window.focus();
    told.close();
  };
}
