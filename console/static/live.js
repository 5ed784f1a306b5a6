// Keeps the queue live: asks again and again whether anything has changed, and says aloud what is new.
"use strict";

const EVERY = 1500;
// A page nobody looks at still counts in its title, but needs to know less soon.
const HIDDEN_EVERY = 15000;
const FAILURES_SHOWN = 3;

const announcer = document.getElementById("announce");
const connection = document.getElementById("connection");
const plainTitle = document.title.replace(/^\(\d+\) /, "");
let list = document.getElementById("queue");
let failures = 0;
let timer;

function asked() {
  return new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}
let lastGood = asked();

function say(words) {
  connection.textContent = words;
  connection.hidden = !words;
}

function cases(root) {
  return new Map([...root.querySelectorAll("[data-case]")].map((row) => [row.dataset.case, row.dataset.say]));
}

function facts(root) {
  return root.dataset.version.split("-")[0];
}

function show(fresh) {
  const selection = getSelection();
  const reading = !selection.isCollapsed && list.contains(selection.anchorNode);
  // Only the minutes have moved on: not worth taking the words from under somebody who is copying them.
  if (reading && facts(fresh) === facts(list)) return;
  const before = cases(list);
  const focused = list.contains(document.activeElement) ? document.activeElement.id : "";
  list.replaceWith(fresh);
  list = fresh;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const untaken = Number(list.dataset.untaken);
  document.title = untaken ? `(${untaken}) ${plainTitle}` : plainTitle;
  const news = [...cases(list)].filter(([key]) => !before.has(key)).map(([, words]) => words);
  if (news.length) ring(news.some((words) => words.startsWith("RED")));
  if (news.length) announcer.textContent = `New: ${news.join(" ")}`;
}

// A sound for new cases: off until somebody turns it on in this browser; three notes for RED, one for others.
const sound = document.getElementById("sound");
let audio;

function sounding() {
  return localStorage.getItem("sound") === "on";
}

function ring(red) {
  if (!sounding()) return;
  audio ??= new AudioContext();
  for (let note = 0; note < (red ? 3 : 1); note += 1) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + note * 0.28;
    tone.frequency.value = red ? 784 : 523;
    volume.gain.setValueAtTime(0.001, at);
    volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.24);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.25);
  }
}

function showSound() {
  sound.hidden = false;
  sound.setAttribute("aria-pressed", String(sounding()));
  sound.textContent = `Sound for new cases: ${sounding() ? "on" : "off"}`;
}

sound.addEventListener("click", () => {
  localStorage.setItem("sound", sounding() ? "off" : "on");
  showSound();
  ring(false);
});
showSound();

async function ask() {
  clearTimeout(timer);
  try {
    const answer = await fetch(list.dataset.rows, {
      headers: { "If-None-Match": `"${list.dataset.version}"`, "X-Live": "1" },
      cache: "no-store",
      redirect: "manual",
    });
    if (answer.type === "opaqueredirect") {
      say("You have been logged out. Refresh the page and log in: nothing new is shown here.");
      return;
    }
    if (answer.status === 200) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      show(page.getElementById("queue"));
    } else if (answer.status !== 304) {
      throw new Error(`answered ${answer.status}`);
    }
    failures = 0;
    lastGood = asked();
    say("");
  } catch {
    failures += 1;
    if (failures >= FAILURES_SHOWN) say(`No connection to the line since ${lastGood}. What you see may be old.`);
  }
  timer = setTimeout(ask, document.hidden ? HIDDEN_EVERY : EVERY);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
});
document.getElementById("refresh").hidden = true;
document.getElementById("live").hidden = false;
timer = setTimeout(ask, EVERY);
