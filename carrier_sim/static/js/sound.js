// Ringing, key tones, and speech where the browser has a voice for the language.

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = "123456789*0#";
const RING = [659.3, 784, 987.8, 784, 1046.5];

let context = null;
let enabled = true;
let ringing = 0;
let timer = null;

// Browsers allow sound only after somebody has touched the page.
function audio() {
  if (!enabled || !navigator.userActivation?.hasBeenActive) return null;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  return context;
}

function note(frequency, start, seconds, volume, type = "sine") {
  const out = audio();
  if (out === null) return;
  const oscillator = out.createOscillator();
  const gain = out.createGain();
  const begin = out.currentTime + start;
  oscillator.type = type;
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(volume, begin + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, begin + seconds);
  oscillator.connect(gain).connect(out.destination);
  oscillator.start(begin);
  oscillator.stop(begin + seconds + 0.02);
}

function ringOnce() {
  RING.forEach((frequency, index) => note(frequency, index * 0.17, 0.5, 0.11, "triangle"));
}

export function startRinging() {
  ringing += 1;
  if (ringing > 1) return;
  ringOnce();
  timer = setInterval(ringOnce, 2200);
}

export function stopRinging() {
  ringing = Math.max(0, ringing - 1);
  if (ringing === 0) clearInterval(timer);
}

export function keyTone(key) {
  const index = KEYS.indexOf(key);
  note(ROWS[Math.floor(index / 3)], 0, 0.2, 0.09);
  note(COLUMNS[index % 3], 0, 0.2, 0.09);
}

export function arrival() {
  note(1174.7, 0, 0.25, 0.08);
  note(1568, 0.09, 0.35, 0.08);
}

export function speak(text, spokenLanguage) {
  if (!enabled || !("speechSynthesis" in window)) return;
  const wanted = spokenLanguage.slice(0, 2).toLowerCase();
  const voice = speechSynthesis.getVoices().find((one) => one.lang.toLowerCase().startsWith(wanted));
  if (!voice) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  utterance.rate = 1.1;
  speechSynthesis.speak(utterance);
}

export function stopSpeaking() {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}

export function setSound(on) {
  enabled = on;
  if (!on) stopSpeaking();
}

// Voices load late: asking once makes them ready for the first call.
if ("speechSynthesis" in window) speechSynthesis.getVoices();
