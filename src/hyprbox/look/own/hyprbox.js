// What pages do besides links and forms, all of which work without it: keys, ticks, copying, the sign that says
// whether the page is live, and the console of a running job.
"use strict";

const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

// Keys: / searches; g and a letter go to a page of the menu.
let went = 0;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const after_g = event.timeStamp - went < 1500;
  went = event.key === "g" ? event.timeStamp : 0;
  const target = after_g
    ? document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)
    : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  after_g ? target.click() : target.focus();
});

// A question that is open is closed by Escape and by a click elsewhere.
const open_questions = () => document.querySelectorAll("details.ask[open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const question of open_questions()) {
    question.open = false;
    question.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const question of open_questions()) if (!question.contains(event.target)) question.open = false;
});

// What only works with a script is shown by it.
const reveal = (root) => {
  for (const hidden of root.querySelectorAll("[data-copy], [data-tick-all]")) hidden.hidden = false;
  count_ticks();
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const word = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
    word.textContent = "Copied";
  } catch {
    word.textContent = "Select it and copy";
  }
});

const count_ticks = () => {
  for (const counter of document.querySelectorAll("[data-ticked]")) {
    const ticked = counter.closest("form").querySelectorAll("tbody :checked").length;
    counter.textContent = `${ticked} ${counter.dataset.ticked}`;
  }
};
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) {
    const boxes = event.target.closest("table").querySelectorAll("tbody [type=checkbox]");
    for (const box of boxes) box.checked = event.target.checked;
  }
  count_ticks();
});
document.addEventListener("reset", () => setTimeout(count_ticks));

// Whether news arrives.
const say_live = (live) => {
  const sign = document.getElementById("live");
  if (!sign) return;
  const word = sign.querySelector("[data-live]");
  sign.className = `state is-${live ? "ok" : "idle"}`;
  word.textContent = live ? word.dataset.live : word.dataset.lost;
};
document.addEventListener("htmx:sse:after:connection", () => say_live(true));
document.addEventListener("htmx:sse:before:connection", () => say_live(false));
document.addEventListener("htmx:sse:close", () => say_live(false));

document.addEventListener("htmx:after:swap", () => reveal(document));
reveal(document);
