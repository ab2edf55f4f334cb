// The web chat: shows posts as they come, sends what people type, and remembers what was read.
import { compose } from "./composer.js";
import { follow } from "./stream.js";
import { day, freshen } from "./times.js";

const TOGETHER = 5 * 60 * 1000, REFRESH = 30 * 1000, NEAR = 120, MOST = 300, KEPT = 200;

const app = document.querySelector(".app");
const room = app.dataset.room;
const words = JSON.parse(app.dataset.words);
const language = document.documentElement.lang;
const scroller = document.getElementById("scroll");
const posts = document.getElementById("posts");
const log = document.getElementById("log");
const jump = document.getElementById("jump");
const typing = document.getElementById("typing");
const trouble = document.getElementById("trouble");
const title = document.title;
let unseen = 0;
let stuck = true;

// --- the list of posts

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();  // made and escaped by our own template
  return holder.content.firstElementChild;
}

function arrange() {
  let previous = null;
  for (const post of posts.querySelectorAll(".post")) {
    const at = new Date(post.dataset.at);
    const before = previous && new Date(previous.dataset.at);
    const sameDay = before?.toDateString() === at.toDateString();
    separate(post, sameDay ? "" : dayName(at));
    const follows = sameDay && previous.dataset.author === post.dataset.author && at - before < TOGETHER;
    post.classList.toggle("follows", follows);
    previous = post;
  }
  document.querySelector(".empty").hidden = previous !== null;
}

function separate(post, name) {
  let line = post.previousElementSibling;
  if (!line?.classList.contains("day")) line = null;
  if (!name) return line?.remove();
  if (!line) {
    line = document.createElement("li");
    line.className = "day";
    post.before(line);
  }
  // Untouched when right: every change in the list is read out by screen readers.
  if (line.textContent !== name) line.textContent = name;
}

function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  return days === 0 ? words.Today : days === 1 ? words.Yesterday : day(at, language);
}

function show({ id, edited, html }) {
  const post = parsed(html);
  freshen(post);
  const near = stuck;
  const old = document.getElementById(`p${id}`);
  if (old) replace(old, post);
  else if (!edited || id > Number(lastPost()?.dataset.id ?? 0)) append(post, near);
  arrange();
  if (near || (!old && post.dataset.author === "user")) toEnd();
  else if (!old) jump.hidden = false;
}

function replace(old, post) {
  const pressable = "a, button";
  const focused = [...old.querySelectorAll(pressable)].indexOf(document.activeElement);
  old.replaceWith(post);
  if (focused >= 0) post.querySelectorAll(pressable)[focused]?.focus();
}

function append(post, near) {
  post.classList.add("arrived");
  posts.append(post);
  remember(post.dataset.id);
  if (near) forget();
  if (document.hidden && post.dataset.author === "bot") document.title = `(${++unseen}) ${title}`;
}

function forget() {
  const shown = posts.querySelectorAll(".post");
  if (shown.length <= MOST) return;
  for (const post of [...shown].slice(0, shown.length - KEPT)) {
    separate(post, "");
    post.remove();
  }
  document.getElementById("earlier").parentElement.hidden = false;
}

const lastPost = () => [...posts.querySelectorAll(".post")].at(-1);
const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  stuck = true;
  jump.hidden = true;
}

async function earlier() {
  const button = document.getElementById("earlier");
  const first = posts.querySelector(".post");
  if (button.disabled || !first) return;
  button.disabled = true;
  try {
    const answer = await fetch(`/c/${room}/messages?before=${first.dataset.id}`);
    if (!answer.ok) return;
    const { posts: found, more } = await answer.json();
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    log.setAttribute("aria-live", "off");
    posts.prepend(...found.map(parsed));
    freshen(posts);
    arrange();
    scroller.scrollTop = scroller.scrollHeight - fromEnd;
    log.setAttribute("aria-live", "polite");
    button.parentElement.hidden = !more;
  } finally {
    button.disabled = false;
  }
}

// --- what was read in which room

function remember(id) {
  try {
    localStorage.setItem(`read:${room}`, String(id));
  } catch { /* without storage nothing is marked as unread */ }
}

function markRooms(latest) {
  for (const link of document.querySelectorAll("[data-room-link]")) {
    const name = link.dataset.roomLink;
    let read = null;
    try {
      read = localStorage.getItem(`read:${name}`);
    } catch { /* as above */ }
    const badge = link.querySelector(".unread");
    badge.hidden = name === room || (latest[name] ?? 0) <= Number(read ?? 0);
  }
}

// --- saying something

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function send(text, key, post) {
  trouble.hidden = true;
  typing.hidden = false;
  if (stuck) toEnd();
  try {
    const answer = await fetch(`/c/${room}/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ text, key, post }),
    });
    if (answer.ok) return true;
    complain(answer.status === 429 ? "A little slower, please." : "Not sent. Try again.");
  } catch {
    complain("Not sent. Try again.");
  } finally {
    typing.hidden = true;
  }
  return false;
}

function complain(what) {
  trouble.textContent = words[what];
  trouble.hidden = false;
}

let pending = { text: "", post: "", key: "" };

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("says" in form.dataset)) return;
  event.preventDefault();
  const text = (event.submitter?.value || form.elements.text?.value || "").trim();
  if (!text || form.dataset.busy) return;
  // The same line after a failure keeps its key: if it did arrive, it is not said twice.
  const post = form.elements.post?.value ?? "";
  if (pending.text !== text || pending.post !== post) pending = { text, post, key: newKey() };
  form.dataset.busy = "yes";
  const sent = await send(text, pending.key, post);
  delete form.dataset.busy;
  if (!sent) return;
  pending = { text: "", post: "", key: "" };
  form.dispatchEvent(new Event("said"));
});

// --- start

const form = document.getElementById("composer");
const composer = compose(form, room);

posts.addEventListener("click", (event) => {
  const command = event.target.closest("[data-fill]");
  if (command) composer.put(command.dataset.fill);
});
document.getElementById("earlier").addEventListener("click", earlier);
jump.addEventListener("click", toEnd);
scroller.addEventListener("scroll", () => {
  stuck = atEnd();
  if (stuck) jump.hidden = true;
});
// A font that arrives or a keyboard that opens must not push the newest post out of sight.
const sizes = new ResizeObserver(() => stuck && toEnd());
sizes.observe(scroller);
sizes.observe(posts);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
});
document.addEventListener("keydown", (event) => {
  const typingNow = event.target.closest("input, textarea, button, a");
  if (event.key !== "/" || typingNow || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  composer.put("/");
});

freshen(posts);
arrange();
toEnd();
remember(lastPost()?.dataset.id ?? 0);
markRooms(Object.fromEntries([...document.querySelectorAll("[data-room-link]")].map((link) => [link.dataset.roomLink, Number(link.dataset.latest)])));
setInterval(() => freshen(posts), REFRESH);
follow(room, app.dataset.cursor, {
  onPost: show,
  onRooms: markRooms,
  onState(state) {
    for (const sign of document.querySelectorAll(".state")) {
      sign.dataset.state = state;
      sign.textContent = words[state];
    }
  },
});
if (matchMedia("(hover: hover)").matches) form.elements.text.focus();
