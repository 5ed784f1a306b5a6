// Shows a sentence or a text as it would arrive while it is being written, and reads aloud what is spoken in calls, in
// a voice of the browser's. Without this script the page shows it when it is sent.
"use strict";

const preview = document.getElementById("preview");
const words = document.getElementById(preview?.dataset.of ?? "words");
let waiting = 0;
let asked = 0;

async function show() {
  asked += 1;
  const mine = asked;
  const body = new URLSearchParams({ words: words.value, csrf_token: words.form.elements.csrf_token.value });
  try {
    const answer = await fetch(preview.dataset.address, { method: "POST", body, headers: { "X-Live": "1" }, redirect: "error" });
    // An answer to what has been written over since is of no use.
    if (answer.ok && mine === asked) preview.innerHTML = await answer.text();
    offerToHear();
  } catch {
    // Sending the form says what is wrong; what is shown here may be a moment old.
    preview.setAttribute("aria-busy", "true");
    return;
  }
  preview.removeAttribute("aria-busy");
}

function offerToHear() {
  const button = preview?.querySelector("[data-hear]");
  if (button && "speechSynthesis" in window) button.hidden = false;
}

preview?.addEventListener("click", (event) => {
  if (!event.target.closest("[data-hear]")) return;
  const spoken = preview.querySelector(".spoken");
  const said = new SpeechSynthesisUtterance(spoken.textContent);
  said.lang = { en: "en-GB", cy: "cy-GB", pl: "pl-PL" }[spoken.lang];
  // As slowly as the line speaks.
  said.rate = 0.85;
  speechSynthesis.cancel();
  speechSynthesis.speak(said);
});
offerToHear();

words?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, 300);
});
