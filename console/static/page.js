// What every page does: bring the reader to what went wrong, and let arrow keys walk through rows.
"use strict";

const problem = document.getElementById("problem");
if (problem) problem.focus();

// Only while a row has the focus, so that no key typed elsewhere is taken.
document.addEventListener("keydown", (event) => {
  const row = document.activeElement;
  if (!row?.classList.contains("row") || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!step) return;
  const rows = [...document.querySelectorAll("a.row")];
  const next = rows[rows.indexOf(row) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});
