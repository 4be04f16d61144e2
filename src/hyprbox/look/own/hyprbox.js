// What pages do besides links and forms, all of which work without it: keys, ticks, copying, the sign that says
// whether the page is live, and the console of a running job.
"use strict";

const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

// Keys: / searches; g and a letter go to a page of the menu.
const LONG_AGO = -Infinity;
let went = LONG_AGO;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const after_g = event.timeStamp - went < 1500;
  went = event.key === "g" ? event.timeStamp : LONG_AGO;
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

// The console of a running job: appends what comes once a frame, keeps the last lines, follows while one is at the end.
const LINES = 5000;
const AT_THE_END = 40;

class Console {
  constructor(box) {
    this.box = box;
    this.log = box.querySelector("pre");
    this.pause = box.querySelector("[data-pause]");
    this.offset = Number(new URL(box.dataset.follow, location).searchParams.get("offset"));
    this.waiting = [];
    this.pieces = [];
    this.lines = 0;
    this.following = true;
    this.pause.hidden = false;
    this.pause.addEventListener("click", () => this.follow(!this.following));
    this.log.addEventListener("scroll", () => this.notice_scroll());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.close() : this.open()));
    this.open();
    this.to_the_end();
  }

  open() {
    if (this.source || this.ended) return;
    const address = new URL(this.box.dataset.follow, location);
    address.searchParams.set("offset", this.offset);
    this.source = new EventSource(address);
    this.source.addEventListener("output", (event) => this.take(event));
    this.source.addEventListener("end", () => this.end());
    this.source.addEventListener("open", () => this.say("Live"));
    this.source.addEventListener("error", () => this.say("Connecting again"));
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  take(event) {
    this.offset = Number(event.lastEventId);
    this.waiting.push(JSON.parse(event.data));
    if (this.waiting.length === 1) requestAnimationFrame(() => this.append());
  }

  // The server closes every tag at the end of a line, so that lines can be cut off.
  append() {
    let html = this.waiting.join("");
    this.waiting = [];
    let lines = html.split("\n");
    if (lines.length > LINES) {
      this.leave_out(Infinity);
      lines = lines.slice(-LINES);
      html = lines.join("\n");
    }
    this.box.querySelector("[data-empty]")?.remove();
    const piece = document.createElement("span");
    piece.innerHTML = html;
    this.log.append(piece);
    this.pieces.push([piece, lines.length - 1]);
    this.lines += lines.length - 1;
    this.leave_out(this.lines - LINES);
    if (this.following) this.to_the_end();
  }

  leave_out(number) {
    if (number <= 0) return;
    const sign = this.log.querySelector("[data-left-out]");
    sign.hidden = false;
    while (this.log.lastChild !== sign && !this.pieces.includes(sign.nextSibling) && sign.nextSibling !== this.pieces[0]?.[0])
      sign.nextSibling.remove();
    while (number > 0 && this.pieces.length) {
      const [piece, lines] = this.pieces.shift();
      piece.remove();
      this.lines -= lines;
      number -= lines;
    }
  }

  end() {
    this.ended = true;
    this.close();
    this.say("Ended");
    this.pause.hidden = true;
  }

  follow(on) {
    this.following = on;
    this.pause.querySelector("span").textContent = on ? "Stop following" : "Follow";
    if (on) this.to_the_end();
  }

  notice_scroll() {
    const left = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
    if (left > AT_THE_END === this.following) this.follow(left <= AT_THE_END);
  }

  to_the_end() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  say(words) {
    this.box.querySelector("[data-following]").textContent = words;
  }
}

const attach_consoles = () => {
  for (const box of document.querySelectorAll("[data-follow]")) box.console ??= new Console(box);
};

const refresh = () => {
  reveal(document);
  attach_consoles();
};
document.addEventListener("htmx:after:swap", refresh);
refresh();
