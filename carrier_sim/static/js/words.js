// Korean and English, and how numbers and times are written.

const WORDS = {
  title: ["본인 로컬 통신사", "Bonin local carrier"],
  subtitle: ["시험용 전화기입니다. 실제 통신망으로는 나가지 않습니다.", "Phones to try things on. Nothing leaves this machine."],
  smsLine: ["문자 발신번호", "Texts come from"],
  voiceLine: ["전화 발신번호", "Calls come from"],
  paceLabel: ["통화 안내 속도", "Pace of speech in calls"],
  paceHuman: ["실제 속도", "Real pace"],
  paceQuick: ["빠르게", "Quick"],
  sound: ["소리", "Sound"],
  addPhone: ["전화기 추가", "Add a phone"],
  addHint: ["어떤 번호든 전화기가 됩니다. 010 또는 국가번호(+)로 시작하는 번호를 적어 주세요.", "Any number becomes a phone. Start it with 010 or a country code (+)."],
  number: ["전화번호", "Phone number"],
  name: ["이름 (선택)", "Name (optional)"],
  add: ["추가", "Add"],
  cancel: ["취소", "Cancel"],
  badNumber: ["사용할 수 있는 전화번호가 아닙니다.", "This is not a number that can exist."],
  offline: ["통신사와 연결이 끊겼습니다. 다시 연결하는 중입니다.", "The carrier is out of reach. Reconnecting."],
  nobody: ["아직 전화기가 없습니다. ‘전화기 추가’를 누르거나, 문자나 전화가 오기를 기다려 주세요.", "No phones yet. Add one, or wait for a text or a call."],
  phones: ["전화기", "Phones"],
  phone: ["전화기", "Phone"],
  behaviour: ["전화기 동작", "What the phone does"],
  manual: ["직접 받기", "By hand"],
  answers: ["자동 응답", "Answers"],
  busy: ["통화 중", "Busy"],
  no_answer: ["안 받음", "No answer"],
  rejects: ["수신 거절", "Rejects"],
  voicemail: ["음성사서함", "Voicemail"],
  unreachable: ["전원 꺼짐", "Switched off"],
  landline: ["유선", "Landline"],
  otherOwner: ["타인 명의", "Other's name"],
  outage: ["명의조회 장애", "Registry down"],
  messages: ["문자", "Texts"],
  noMessages: ["받은 문자가 없습니다", "No texts yet"],
  noTexts: ["유선전화는 문자를 받을 수 없습니다", "A landline gets no texts"],
  reply: ["답장", "Reply"],
  send: ["보내기", "Send"],
  copy: ["복사", "Copy"],
  copied: ["복사됨", "Copied"],
  incoming: ["수신 전화", "Incoming call"],
  answer: ["받기", "Accept"],
  reject: ["거절", "Decline"],
  hangup: ["통화 끊기", "Hang up"],
  inCall: ["통화 중", "In a call"],
  captions: ["통화 자막", "Captions"],
  keypad: ["키패드", "Keypad"],
  typed: ["누른 번호", "Keys pressed"],
  hintConnecting: ["연결하는 중", "Connecting"],
  hintListening: ["안내를 듣고 있습니다", "Listen first"],
  hintPress: ["번호를 눌러 주세요", "Press the keys now"],
  callEnded: ["통화 종료", "Call ended"],
  tookCall: ["통화", "Call"],
  missedCall: ["받지 않은 전화", "Missed call"],
  rejectedCall: ["거절한 전화", "Declined call"],
  star: ["별표", "star"],
  pound: ["우물정자", "pound"],
};

let language = remembered("language") ?? (navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en");

export function remembered(name) {
  try {
    return localStorage.getItem(`carrier.${name}`);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`carrier.${name}`, value);
  } catch {
    // A browser that keeps nothing forgets this setting with the page.
  }
}

export const currentLanguage = () => language;
export const say = (word) => WORDS[word][language === "ko" ? 0 : 1];

export function setLanguage(chosen) {
  language = chosen;
  remember("language", chosen);
}

// Fills in everything below `root` that is marked with a word.
export function translate(root) {
  for (const element of root.querySelectorAll("[data-i18n]")) element.textContent = say(element.dataset.i18n);
  for (const element of root.querySelectorAll("[data-i18n-label]")) element.setAttribute("aria-label", say(element.dataset.i18nLabel));
  for (const element of root.querySelectorAll("[data-i18n-placeholder]")) element.placeholder = say(element.dataset.i18nPlaceholder);
}

// +821012345678 as 010-1234-5678; numbers of other countries as they are.
export function readable(number) {
  const national = /^\+82([0-9]+)$/.exec(number)?.[1];
  if (!national) return number;
  const parts = /^(2|[0-9]{2})([0-9]{3,4})([0-9]{4})$/.exec(national);
  return parts ? `0${parts[1]}-${parts[2]}-${parts[3]}` : `0${national}`;
}

// What a person typed as E.164; null if it cannot be a number.
export function toNumber(typed) {
  const compact = typed.replace(/[\s().-]/g, "");
  const number = compact.startsWith("0") ? `+82${compact.slice(1)}` : compact;
  return /^\+[1-9][0-9]{6,14}$/.test(number) ? number : null;
}

export const clock = (date) =>
  date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false });

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}
