// On a case's page: says when something new has come in, and leaves it to the reader when to show it; says who else has
// the case open or is writing there, and tells them that we are.
"use strict";

const EVERY = 3000;
const news = document.getElementById("news");
const connection = document.getElementById("connection");
const company = document.getElementById("company").firstElementChild;
const TYPED_LATELY = 8000;
let mark = news.dataset.mark;
let typed = -Infinity;
let failures = 0;

document.addEventListener("input", () => {
  typed = performance.now();
});

function address() {
  if (document.hidden) return news.dataset.address;
  return `${news.dataset.address}?here=${performance.now() - typed < TYPED_LATELY ? "typing" : "yes"}`;
}

function tell() {
  const link = document.createElement("a");
  link.href = location.pathname;
  link.textContent = "Show what is new";
  news.replaceChildren("Something has happened here since you opened this page. ", link);
}

async function ask() {
  try {
    const answer = await fetch(address(), {
      headers: { "X-Live": "1" },
      cache: "no-store",
      redirect: "manual",
    });
    if (answer.type === "opaqueredirect") {
      connection.textContent = "You have been logged out. Copy what you wrote before you log in again.";
      connection.hidden = false;
      return;
    }
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const [fresh, others = ""] = (await answer.text()).split("\n");
    if (fresh !== mark) tell();
    mark = fresh;
    if (company.textContent !== others) company.textContent = others;
    failures = 0;
    connection.hidden = true;
  } catch {
    failures += 1;
    if (failures === 3) {
      connection.textContent = "No connection to the line. What you see may be old.";
      connection.hidden = false;
    }
  }
  setTimeout(ask, document.hidden ? EVERY * 5 : EVERY);
}

setTimeout(ask, EVERY);
