// The page of phones. It keeps no truth of its own: whenever the network says that something changed, it fetches the
// whole state and brings each phone up to date, touching only what differs, so that nobody loses what they are typing.

const zone = document.body.dataset.zone;
const byId = (id) => document.getElementById(id);
const cards = new Map();
let state = null;
let stateAt = 0;

// Talking to the network

async function ask(path, body, method = body === undefined ? "GET" : "POST") {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const value = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw new Error(value.error ?? `The network answered ${answer.status}.`);
  return value;
}

async function attempt(deed) {
  try {
    return await deed();
  } catch (error) {
    toast(error.message);
    return null;
  }
}

let toastTimer = 0;
function toast(words) {
  const box = byId("toast");
  box.textContent = words;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, 7000);
}

let fetching = false;
let again = false;
async function refresh() {
  if (fetching) { again = true; return; }
  fetching = true;
  try {
    do {
      again = false;
      const asked = performance.now();
      state = await ask("/sim/state");
      stateAt = (asked + performance.now()) / 2;
      render();
    } while (again);
  } catch (error) {
    toast(error.message);
  } finally {
    fetching = false;
  }
}

function listen() {
  const events = new EventSource("/sim/events");
  events.addEventListener("changed", refresh);
  events.addEventListener("open", () => { byId("lost").hidden = true; });
  events.addEventListener("error", () => { byId("lost").hidden = false; });
}

// Small makers

function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  return svg;
}

const clockTime = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
const fullTime = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "long", day: "numeric", month: "long" });
const local = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
const at = (iso) => clockTime.format(new Date(iso));
const dayOf = (iso) => day.format(new Date(iso));

function spaced(number) {
  const uk = /^\+44(?:(20)(\d{4})(\d{4})|(\d{4})(\d{6}))$/.exec(number);
  return uk ? `0${uk.slice(1).filter(Boolean).join(" ")}` : number;
}

function international(number) {
  const bare = number.replace(/[\s()-]/g, "");
  return bare.startsWith("0") && !bare.startsWith("00") ? `+44${bare.slice(1)}` : bare;
}

// The clock

function now() {
  const moved = state.frozen ? 0 : performance.now() - stateAt;
  return new Date(Date.parse(state.now) + moved);
}

function showClock() {
  if (state === null) return;
  const moment = now();
  byId("now").textContent = fullTime.format(moment);
  byId("now").dateTime = moment.toISOString();
  byId("today").textContent = day.format(moment);
  byId("frozen").hidden = !state.frozen;
  if (document.activeElement !== byId("go-to") && !byId("go-to").value) {
    byId("go-to").value = local.format(moment).replace(" ", "T");
  }
}

async function moveClock(button, deed) {
  button.disabled = true;
  const moved = await attempt(deed);
  button.disabled = false;
  byId("go-to").value = "";
  const stuck = (moved?.steps ?? [moved?.step]).find((step) => step && !step.settled);
  if (stuck) toast(`The line has not kept up: ${stuck.why}`);
  return moved;
}

// Rendering

function render() {
  showClock();
  const wanted = new Set(state.phones.map((phone) => phone.number));
  for (const [number, card] of cards) {
    if (!wanted.has(number)) { card.node.remove(); cards.delete(number); }
  }
  for (const phone of state.phones) {
    if (!cards.has(phone.number)) cards.set(phone.number, newCard(phone));
    updateCard(cards.get(phone.number), phone);
  }
  byId("empty").hidden = state.phones.length > 0;
  showFaults();
  showNotices();
}

function newCard(phone) {
  const node = byId("phone-template").content.firstElementChild.cloneNode(true);
  const card = { node, entries: new Map(), call: null };
  const find = (selector) => node.querySelector(selector);
  const path = `/sim/phones/${encodeURIComponent(phone.number)}`;
  node.dataset.number = phone.number;
  find(".ring").addEventListener("click", () => attempt(() => ask(`${path}/ring`, {})));
  find(".remove").addEventListener("click", () => attempt(() => ask(path, undefined, "DELETE")));
  for (const name of ["calls", "texts"]) {
    const select = find(`[name=${name}]`);
    select.addEventListener("change", () => attempt(() => ask(`${path}/behaviour`, { [name]: select.value })));
  }
  const body = find("[name=body]");
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      find(".compose").requestSubmit();
    }
  });
  find(".compose").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!body.value.trim()) return;
    const words = body.value;
    body.value = "";
    const sent = await attempt(() => ask(`${path}/text`, { body: words, ...writesTo(phone.number) }));
    if (sent === null) body.value = words;
    else if (sent.webhook_status === null) toast("The line did not answer. The debugger says why.");
    else if (sent.webhook_status >= 400) toast(`The line answered ${sent.webhook_status}. The debugger says more.`);
  });
  byId("phones").append(node);
  return card;
}

// A person answers in the thread: the number of the line that wrote to them last.
function writesTo(number) {
  const phone = state.phones.find((one) => one.number === number);
  const last = phone?.texts.findLast((text) => text.direction === "in" && state.line.numbers.includes(text.from));
  return last ? { to: last.from } : {};
}

function updateCard(card, phone) {
  const find = (selector) => card.node.querySelector(selector);
  card.node.dataset.kind = phone.kind;
  card.node.setAttribute("aria-label", `${phone.name}’s phone`);
  find(".name").textContent = phone.name === phone.number ? spaced(phone.number) : phone.name;
  find(".number").textContent = spaced(phone.number);
  find(".ring").setAttribute("aria-label", `Ring the line as ${phone.name}`);
  find(".send").setAttribute("aria-label", `Send as ${phone.name}`);
  find("[name=body]").setAttribute("aria-label", `Text from ${phone.name}`);
  find(".log").setAttribute("aria-label", `Texts and calls of ${phone.name}`);
  const chip = find(".kind");
  const kinds = { landline: "landline", unreachable: "no signal" };
  chip.textContent = phone.stranger ? "not expected" : kinds[phone.kind] ?? "";
  chip.hidden = !chip.textContent;
  chip.classList.toggle("warn", phone.stranger);
  for (const name of ["calls", "texts"]) choose(find(`[name=${name}]`), phone.behaviour[name]);
  updateLog(card, phone);
  updateCall(card, phone);
}

function choose(select, value) {
  if (document.activeElement === select) return;
  if (![...select.options].some((option) => option.value === value)) select.append(new Option(value, value));
  select.value = value;
}

// A phone's log: texts, and calls that are over

function updateLog(card, phone) {
  const log = card.node.querySelector(".log");
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const entries = [
    ...phone.texts.map((text) => ({ key: text.sid, at: text.at, value: text, build: buildText })),
    ...phone.calls.filter((call) => call.ended).map((call) => ({ key: call.sid, at: call.at, value: call, build: buildPast })),
  ].sort((one, other) => one.at.localeCompare(other.at));
  const wanted = [];
  let today = "";
  for (const entry of entries) {
    if (dayOf(entry.at) !== today) {
      today = dayOf(entry.at);
      wanted.push({ key: `day ${today}`, value: today, build: (words) => make("li", "day", words) });
    }
    wanted.push(entry);
  }
  const keys = new Set(wanted.map((entry) => entry.key));
  for (const [key, entry] of card.entries) {
    if (!keys.has(key)) { entry.node.remove(); card.entries.delete(key); }
  }
  let place = log.firstElementChild;
  let changed = false;
  for (const { key, value, build } of wanted) {
    const mark = JSON.stringify(value);
    const known = card.entries.get(key);
    if (known === undefined || known.mark !== mark) {
      const node = build(value);
      if (known === undefined) log.insertBefore(node, place);
      else {
        if (place === known.node) place = node;
        known.node.replaceWith(node);
      }
      card.entries.set(key, { node, mark });
      changed = true;
    }
    place = card.entries.get(key).node.nextElementSibling;
  }
  if (changed && near) log.scrollTop = log.scrollHeight;
}

const troubles = {
  21610: "has opted out", 30003: "phone off or out of reach", 30005: "no such number", 30006: "landline",
  30007: "filtered by the carrier", 30008: "unknown error",
};

function fate(text) {
  if (text.direction === "out") return "sent";
  if (text.status === "delivered") return "✓✓ delivered";
  if (text.error_code) return `not delivered: ${troubles[text.error_code] ?? "error"} (${text.error_code})`;
  if (text.status === "sent") return text.arrived ? "✓ sent, no receipt" : "✓ sent";
  return text.status;
}

function buildText(text) {
  const item = make("li", `text ${text.direction}`);
  item.dataset.testid = "text";
  item.dataset.status = text.status;
  item.classList.toggle("failed", Boolean(text.error_code));
  item.classList.toggle("onway", text.direction === "in" && !text.arrived && !text.error_code);
  const words = make("p", "", text.body || (text.media.length ? "" : "(empty)"));
  if (text.media.length) words.append(make("span", "pictures", ` [${text.media.length} picture${text.media.length > 1 ? "s" : ""}]`));
  const from = text.from_carrier ? " · from the carrier" : "";
  const line = text.direction === "in" ? text.from : text.to;
  const thread = state.line.numbers.length > 1 ? `${text.direction === "in" ? "from" : "to"} ${spaced(line)} · ` : "";
  const about = make("small", "", `${thread}${at(text.at)} · ${fate(text)} · ${text.segments} × ${text.encoding}${from}`);
  about.title = `${text.segments} segment${text.segments > 1 ? "s" : ""} in ${text.encoding}`;
  item.append(words, about);
  return item;
}

function lasted(call) {
  if (!call.answered) return call.status;
  const seconds = Math.round((Date.parse(call.ended) - Date.parse(call.answered)) / 1000);
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${seconds} s`;
}

function buildPast(call) {
  const item = make("li", "past");
  item.dataset.testid = "past-call";
  item.dataset.status = call.status;
  const details = make("details");
  const summary = make("summary");
  const who = call.machine ? ", taken by voicemail" : "";
  summary.append(icon("i-handset"), `${call.direction === "in" ? "Call from the line" : "Call to the line"} · ${at(call.at)} · ${lasted(call)}${who}`);
  const heard = make("ol", "heard");
  heard.append(...call.heard.map(buildHeard));
  details.append(summary, heard);
  item.append(details);
  return item;
}

// A call that is going on

function buildHeard(heard) {
  const spoken = { say: heard.text, speech: heard.text, keys: `pressed ${heard.text}`, play: `♪ ${heard.text}` }[heard.kind];
  const aside = { pause: `(pause, ${heard.text})`, beep: "(beep)", ring: "(ringing)", note: heard.text }[heard.kind];
  const side = { line: "line", other: "other", phone: "phone-side" }[heard.who];
  return make("li", spoken === undefined ? "aside" : side, spoken ?? aside);
}

function newCall(card, call) {
  const sheet = card.node.querySelector(".call");
  sheet.replaceChildren(byId("call-template").content.cloneNode(true));
  card.call = { sid: call.sid, shown: 0, spoken: 0 };
  const deed = (name, body = {}) => attempt(() => ask(`/sim/calls/${call.sid}/${name}`, body));
  for (const button of sheet.querySelectorAll("[data-deed]")) {
    button.addEventListener("click", () => deed(button.dataset.deed));
  }
  const keys = sheet.querySelector(".keys");
  for (const key of "123456789*0#") {
    const button = make("button", "", key);
    button.type = "button";
    button.dataset.testid = `key-${key}`;
    button.setAttribute("aria-label", { "*": "star", "#": "hash" }[key] ?? key);
    button.addEventListener("click", () => deed("press", { digits: key }));
    keys.append(button);
  }
  sheet.onkeydown = (event) => {
    if (event.target.tagName !== "INPUT" && /^[0-9*#]$/.test(event.key) && sheet.dataset.stage === "talking") {
      deed("press", { digits: event.key });
    }
  };
  const speak = sheet.querySelector(".speak");
  speak.elements.words.setAttribute("aria-label", "Say something on the call");
  speak.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = speak.elements.words.value.trim();
    if (!words) return;
    speak.reset();
    deed("say", { text: words });
  });
  const aloud = sheet.querySelector(".aloud");
  aloud.checked = hearing();
  aloud.addEventListener("change", () => setHearing(aloud.checked));
}

function stageWords(call) {
  const wait = call.waiting;
  if (call.status === "queued") return ["Waiting for its turn", ""];
  if (wait?.for === "ring") return ["The line is ringing", spaced(call.from)];
  const talking = call.machine ? "Voicemail has answered" : "On the line";
  if (wait === null) return [talking, ""];
  const inputs = [wait.digits && "keys", wait.speech && "words"].filter(Boolean).join(" or ");
  const doing = {
    gather: `waiting for ${inputs}${wait.typed ? ` · keyed ${wait.typed}` : ""}`,
    record: "recording", speech: "speaking", dial: "ringing somebody", bridge: "connected", detection: "listening who it is",
  };
  return [talking, doing[wait.for] ?? ""];
}

function updateCall(card, phone) {
  const call = phone.calls.findLast((one) => !one.ended) ?? null;
  const sheet = card.node.querySelector(".call");
  if (call === null) {
    if (card.call !== null) endCall(card, phone);
    return;
  }
  if (card.call?.sid !== call.sid) newCall(card, call);
  card.node.querySelector(".ring").disabled = true;
  const rings = call.waiting?.for === "ring";
  sheet.hidden = false;
  sheet.dataset.stage = rings ? "ringing" : "talking";
  sheet.setAttribute("aria-label", `Call on ${phone.name}’s phone`);
  card.node.classList.toggle("rings", rings);
  card.node.classList.add("lit");
  sheet.querySelector(".ringing").hidden = !rings;
  const talking = sheet.querySelector(".talking");
  talking.hidden = rings;
  talking.dataset.listens = [call.waiting?.digits && "keys", call.waiting?.speech && "words"].filter(Boolean).join(" ");
  const [title, small] = stageWords(call);
  const words = sheet.querySelector(".state");
  if (words.dataset.now !== title + small) {
    words.dataset.now = title + small;
    words.replaceChildren(title, make("small", "", small));
  }
  const list = sheet.querySelector(".heard");
  const fresh = call.heard.slice(card.call.shown);
  card.call.shown = call.heard.length;
  list.append(...fresh.map(buildHeard));
  if (fresh.length) list.scrollTop = list.scrollHeight;
  if (hearing()) fresh.forEach(sayAloud);
}

function endCall(card, phone) {
  const sheet = card.node.querySelector(".call");
  const held = sheet.contains(document.activeElement);
  sheet.hidden = true;
  sheet.replaceChildren();
  card.call = null;
  card.node.classList.remove("rings", "lit");
  card.node.querySelector(".ring").disabled = false;
  const log = card.node.querySelector(".log");
  log.scrollTop = log.scrollHeight;
  if (held) card.node.querySelector(phone.kind === "landline" ? ".ring" : "[name=body]").focus();
}

// Hearing a call

const hearing = () => localStorage.getItem("hear") === "yes";

function setHearing(on) {
  localStorage.setItem("hear", on ? "yes" : "no");
  if (!on) window.speechSynthesis?.cancel();
  for (const box of document.querySelectorAll(".aloud")) box.checked = on;
}

function sayAloud(heard) {
  if (heard.who === "phone" || !["say", "speech"].includes(heard.kind) || !window.speechSynthesis) return;
  const words = new SpeechSynthesisUtterance(heard.text);
  words.lang = heard.language || /(?:Polly|Google)\.([a-z]{2}-[A-Z]{2})/.exec(heard.voice)?.[1] || "en-GB";
  words.rate = 0.95;
  window.speechSynthesis.speak(words);
}

// Faults and the debugger

function showFaults() {
  const options = new Map([...byId("arm").elements.fault.options].map((option) => [option.value, option.text]));
  byId("fault-count").hidden = state.faults.length === 0;
  byId("fault-count").textContent = state.faults.length;
  byId("armed").replaceChildren(...(state.faults.length ? state.faults.map((fault) => {
    const item = make("li");
    const drop = make("button", "plain", "Disarm");
    drop.type = "button";
    drop.addEventListener("click", () => attempt(() => ask(`/sim/faults/${fault.id}`, undefined, "DELETE")));
    const often = fault.times === null ? (fault.chance < 1 ? "half the time" : "always") : `${fault.times} more`;
    item.append(drop, options.get(fault.fault) ?? fault.fault, make("small", "", often));
    return item;
  }) : [make("li", "none", "Nothing is armed: all goes as it should.")]));
}

function showNotices() {
  byId("notice-count").hidden = state.debugger.length === 0;
  byId("notice-count").textContent = state.debugger.length;
  byId("notices").replaceChildren(...(state.debugger.length ? [...state.debugger].reverse().map((notice) => {
    const item = make("li");
    item.append(make("strong", "", `${notice.code} `), notice.reason, make("small", "", `${at(notice.at)} · ${notice.url}`));
    return item;
  }) : [make("li", "none", "Nothing to complain of.")]));
}

// Setting out

for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => moveClock(button, () => ask("/sim/clock", { advance: Number(button.dataset.advance), stepwise: true })));
}
byId("next").addEventListener("click", async () => {
  const moved = await moveClock(byId("next"), () => ask("/sim/clock/next", {}));
  if (moved !== null && moved.step === null) toast("Nothing is due.");
});
byId("go").addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  moveClock(button, () => ask("/sim/clock", { to: byId("go-to").value, zone, stepwise: true }));
});
byId("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, number, kind } = event.target.elements;
  const added = await attempt(() => ask("/sim/phones", { name: name.value, number: international(number.value), kind: kind.value }));
  if (added !== null) event.target.reset();
});
function fitFault() {
  const { fault, status, seconds } = byId("arm").elements;
  status.closest("label").hidden = !["rest-status", "rest-html"].includes(fault.value);
  seconds.closest("label").hidden = !["rest-hang", "rest-accept-then-hang", "callback-delay", "webhook-timeout"].includes(fault.value);
}
byId("arm").elements.fault.addEventListener("change", fitFault);
fitFault();
byId("arm").addEventListener("submit", (event) => {
  event.preventDefault();
  const { fault, often, status, seconds } = event.target.elements;
  const how = { chance: { chance: 0.5, times: null }, always: { times: null } }[often.value] ?? { times: Number(often.value) };
  attempt(() => ask("/sim/faults", { fault: fault.value, status: Number(status.value), seconds: Number(seconds.value), ...how }));
});
for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => byId(button.dataset.opens).showModal());
}
for (const button of document.querySelectorAll("[data-closes]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
setInterval(showClock, 500);
refresh();
listen();
