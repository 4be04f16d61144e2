// What pages do besides links and forms, all of which work without it: keys, ticks, copying, the sign that says
// whether the page is live, the console of a running job, and values read off a plot.
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

// The palette: ctrl-K opens it, arrows walk through what it found, return goes to the first.
const palette = document.getElementById("palette");
const hits = () => [...palette.querySelectorAll(".hits a")];
document.addEventListener("keydown", (event) => {
  if (!palette || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (palette.open) return palette.close();
  palette.showModal();
  const field = palette.querySelector("input");
  field.select();
  ask(field);
});
// htmx begins a moment after this script, and somebody's fingers may be faster.
const ask = (field) =>
  "htmxPowered" in field.dataset ? field.dispatchEvent(new CustomEvent("opened")) : setTimeout(ask, 20, field);
palette?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const stops = [palette.querySelector("input"), ...hits()];
  const here = stops.indexOf(document.activeElement);
  stops[(here + step + stops.length) % stops.length].focus();
});
palette?.addEventListener("submit", (event) => {
  const [first] = hits(), found = palette.querySelector("[data-found]")?.dataset.found;
  if (!first || decodeURIComponent(found) !== event.target.elements.q.value) return; // typed faster than found: the page of the search
  event.preventDefault();
  first.click();
});
palette?.addEventListener("click", (event) => event.target === palette && palette.close());

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
  for (const hidden of root.querySelectorAll("[data-copy], [data-tick-all], [data-print]")) hidden.hidden = false;
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

document.addEventListener("click", (event) => event.target.closest("[data-print]") && print());

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

// The console of a running job: a part of what has come is shown with each frame, so that the page stays quick whatever
// comes; the last lines are kept, and followed while one is at the end. A part is a block of whole lines: what is added
// or taken away moves none of the others. The line that is not complete yet stands behind them.
const LINES = 5000, SIZE = 2_000_000; // kept, in lines and in signs of HTML
const LINES_AT_ONCE = 1000, SIZE_AT_ONCE = 200_000;
const AT_THE_END = 40;

class Console {
  constructor(box) {
    this.box = box;
    this.log = box.querySelector("pre");
    this.pause = box.querySelector("[data-pause]");
    this.offset = Number(new URL(box.dataset.follow, location).searchParams.get("offset"));
    this.waiting = []; // lines, the last of them not complete
    this.parts = [];
    this.lines = this.size = 0;
    this.first = this.log.textContent.endsWith("\n"); // of what the page was loaded with, the last line may go on
    this.open_line = this.log.appendChild(document.createElement("span"));
    this.following = true;
    this.pause.hidden = false;
    this.pause.addEventListener("click", () => this.press());
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

  // The server closes every tag at the end of a line, so that lines can be cut off.
  take(event) {
    this.offset = Number(event.lastEventId);
    const lines = JSON.parse(event.data).split("\n");
    lines[0] = (this.waiting.pop() ?? "") + lines[0];
    this.waiting.push(...lines);
    if (this.waiting.length > LINES) {
      this.waiting = this.waiting.slice(-LINES);
      this.skipped = true;
    }
    this.frame ??= requestAnimationFrame(() => this.append());
  }

  append() {
    this.frame = null;
    this.box.querySelector("[data-empty]")?.remove();
    if (this.skipped) this.leave_out(Infinity);
    this.skipped = false;
    const lines = this.next_part();
    if (lines.length) this.show(lines);
    const is_all = this.waiting.length === 1;
    this.open_line.innerHTML = is_all ? this.waiting[0] : "";
    if (this.following) this.to_the_end();
    if (!is_all) this.frame = requestAnimationFrame(() => this.append());
  }

  next_part() {
    let number = 0, size = 0;
    while (number < this.waiting.length - 1 && number < LINES_AT_ONCE && size < SIZE_AT_ONCE) size += this.waiting[number++].length;
    return this.waiting.splice(0, number);
  }

  show(lines) {
    const part = document.createElement(this.first ? "div" : "span");
    this.first = true;
    part.innerHTML = lines.join("\n") + "\n";
    this.open_line.before(part);
    this.parts.push([part, lines.length, part.textContent.length]);
    this.lines += lines.length;
    this.size += part.textContent.length;
    while (this.parts.length > 1 && (this.lines > LINES || this.size > SIZE)) this.leave_out(1);
  }

  leave_out(number) {
    const sign = this.log.querySelector("[data-left-out]");
    const first = this.parts[0]?.[0] ?? this.open_line;
    sign.hidden = false;
    while (sign.nextSibling !== first) sign.nextSibling.remove(); // what the page was loaded with
    for (const [part, lines, size] of this.parts.splice(0, number)) {
      part.remove();
      this.lines -= lines;
      this.size -= size;
    }
  }

  end() {
    this.ended = true;
    this.close();
    this.say("Ended");
    this.pause.hidden = true;
  }

  press() {
    this.stopped = this.following;
    this.follow(!this.following);
  }

  follow(on) {
    this.following = on;
    this.pause.querySelector("span").textContent = on ? "Stop following" : "Follow";
    if (on) this.to_the_end();
  }

  notice_scroll() {
    if (this.stopped) return; // whoever pressed the button presses it again; what we add and leave out scrolls too
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

// Under the pointer, all plots say their value at that time. What they know is the path that they draw.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const NEAR = 12;

const element = (name, attributes, ...children) => {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
};

const points = (plot) =>
  plot.querySelector(".avg").getAttribute("d").split(/[M ]+/).filter(Boolean).map((point) => point.split(",").map(Number));

const tag = (part, y, left, width, words) =>
  element("svg", { x: `${part * 100}%`, y, overflow: "visible" },
    element("rect", { class: "tag", x: left, width, height: 18, rx: 4 }),
    element("text", { class: "tag-text", x: left + width / 2, y: 13, "text-anchor": "middle" }, words));

const read_off = (plot, part) => {
  const [x, y] = points(plot).reduce((best, point) =>
    Math.abs(point[0] - part * WIDTH) < Math.abs(best[0] - part * WIDTH) ? point : best, [Infinity, 0]);
  if (Math.abs(x - part * WIDTH) > NEAR) return;
  const low = Number(plot.dataset.low), at = x / WIDTH, height = plot.clientHeight || 88;
  const value = Math.round(low + (1 - y / 100) * (100 - low));
  plot.append(element("g", { class: "cursor-at" },
    element("line", { class: "cursor", x1: `${at * 100}%`, x2: `${at * 100}%`, y1: 0, y2: height }),
    element("circle", { class: "here", cx: `${at * 100}%`, cy: (y / 100) * height, r: 3.5 }),
    tag(at, 4, at > 0.85 ? -50 : 6, 44, `${value} %`)));
};

const tell_time = (axis, part) => {
  const { start, length } = axis.dataset;
  const at = new Date((Number(start) + part * Number(length)) * 1000);
  const words = at.toLocaleString("en-GB", { timeZone: "UTC", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  axis.append(element("g", { class: "cursor-at" }, tag(part, 29, -44, 88, words)));
};

document.addEventListener("pointermove", (event) => {
  for (const old of document.querySelectorAll(".cursor-at")) old.remove();
  const plots = event.target.closest?.("[data-plots]");
  const axis = plots?.querySelector("[data-start]");
  if (!axis) return;
  const { left, width } = axis.getBoundingClientRect();
  const part = (event.clientX - left) / width;
  if (part < 0 || part > 1) return;
  for (const plot of plots.querySelectorAll("[data-low]")) read_off(plot, part);
  tell_time(axis, part);
});

// On a phone the tabs scroll: the one that is shown is seen.
const tab = document.querySelector(".tabs [aria-current]");
if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.clientWidth) / 2;

const attach_consoles = () => {
  for (const box of document.querySelectorAll("[data-follow]")) box.console ??= new Console(box);
};

const refresh = () => {
  reveal(document);
  attach_consoles();
};
document.addEventListener("htmx:after:swap", refresh);
refresh();
