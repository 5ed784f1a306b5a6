// What every page does: bring the reader to what went wrong, and keys for those who like them.
"use strict";

const problem = document.getElementById("problem");
if (problem) problem.focus();

// An element that says data-key="n" and data-key-says="Write a note" is brought to by that key; what is folded away
// around it opens. Keys never press anything, never work while somebody types, and can be turned off.
function keysOn() {
  return localStorage.getItem("keys") !== "off";
}

function typing(target) {
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}

function walk(step) {
  const rows = [...document.querySelectorAll("a.row")];
  const here = rows.indexOf(document.activeElement);
  const next = here < 0 ? rows[step > 0 ? 0 : rows.length - 1] : rows[here + step];
  next?.focus();
  return Boolean(next);
}

function goTo(key) {
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!wanted) return false;
  for (let fold = wanted.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (wanted.tagName === "A" && wanted.closest("header")) wanted.click();
  else wanted.focus();
  return true;
}

const help = document.createElement("dialog");
help.setAttribute("aria-labelledby", "keys-title");

function line(key, says) {
  const term = document.createElement("dt");
  term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
  return [term, Object.assign(document.createElement("dd"), { textContent: says })];
}

function openHelp() {
  const list = document.createElement("dl");
  list.className = "keys";
  list.append(...line("?", "Show these keys"));
  if (document.querySelector("a.row")) list.append(...line("j  k", "The next row, the one before"), ...line("Enter", "Open it"));
  for (const one of document.querySelectorAll("[data-key]")) list.append(...line(one.dataset.key, one.dataset.keySays));
  const use = Object.assign(document.createElement("input"), { type: "checkbox", id: "use-keys", checked: keysOn() });
  use.addEventListener("change", () => localStorage.setItem("keys", use.checked ? "on" : "off"));
  const label = Object.assign(document.createElement("label"), { htmlFor: "use-keys", textContent: "Use single keys in this browser" });
  const choice = Object.assign(document.createElement("p"), { className: "choice" });
  choice.append(use, label);
  const close = Object.assign(document.createElement("button"), { className: "button", textContent: "Close" });
  close.addEventListener("click", () => help.close());
  help.replaceChildren(Object.assign(document.createElement("h2"), { id: "keys-title", textContent: "Keys" }), list, choice, close);
  if (!help.isConnected) document.body.append(help);
  help.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || help.open || typing(event.target)) return;
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  const onRow = document.activeElement?.classList.contains("row");
  let done = false;
  if (step && (onRow || (keysOn() && event.key.length === 1))) done = walk(step);
  else if (event.key === "?" && keysOn()) done = (openHelp(), true);
  else if (keysOn() && event.key.length === 1) done = goTo(event.key);
  if (done) event.preventDefault();
});

for (const button of document.querySelectorAll("[data-keys-help]")) {
  button.hidden = false;
  button.addEventListener("click", openHelp);
}
