// On a page of something that takes its time: shows how far it is, and shows the whole page again when it is done.
"use strict";

const EVERY = 3000;
const progress = document.getElementById("progress");

async function look() {
  try {
    const answer = await fetch(location.href, {
      headers: { "X-Live": "1" },
      cache: "no-store",
      redirect: "manual",
    });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("progress");
      if (!now || now.dataset.reading !== "yes") {
        location.reload();
        return;
      }
      if (now.textContent !== progress.textContent) progress.replaceChildren(...now.childNodes);
    }
  } catch {
    // No connection just now: the page stays as it is, and the next look may find one.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
