// On a case's page: says when something new has come in, and leaves it to the reader when to show it.
"use strict";

const EVERY = 3000;
const news = document.getElementById("news");
const connection = document.getElementById("connection");
let failures = 0;

function tell() {
  const link = document.createElement("a");
  link.href = location.pathname;
  link.textContent = "Show what is new";
  news.replaceChildren("Something has happened here since you opened this page. ", link);
}

async function ask() {
  try {
    const answer = await fetch(news.dataset.address, {
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
    if ((await answer.text()) !== news.dataset.mark) {
      tell();
      return;
    }
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
