// The web chat: shows posts as they come, sends what people type, and remembers what was read.
import { compose } from "./composer.js";
import { follow } from "./stream.js";
import { day, freshen } from "./times.js";

const TOGETHER = 5 * 60 * 1000, REFRESH = 30 * 1000, NEAR = 120;

const app = document.querySelector(".app");
const room = app.dataset.room;
const words = JSON.parse(app.dataset.words);
const language = document.documentElement.lang;
const scroller = document.getElementById("scroll");
const posts = document.getElementById("posts");
const jump = document.getElementById("jump");
const typing = document.getElementById("typing");
const trouble = document.getElementById("trouble");
const title = document.title;
let unseen = 0;

// --- the list of posts

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();  // made and escaped by our own template
  return holder.content.firstElementChild;
}

function arrange() {
  posts.querySelectorAll(".day").forEach((separator) => separator.remove());
  let previous = null;
  for (const post of [...posts.children]) {
    const at = new Date(post.dataset.at);
    const before = previous && new Date(previous.dataset.at);
    const sameDay = before && before.toDateString() === at.toDateString();
    if (!sameDay) post.before(separator(at));
    const follows = sameDay && previous.dataset.author === post.dataset.author && at - before < TOGETHER;
    post.classList.toggle("follows", Boolean(follows));
    previous = post;
  }
  document.querySelector(".empty").hidden = previous !== null;
}

function separator(at) {
  const line = document.createElement("li");
  line.className = "day";
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  line.textContent = days === 0 ? words.Today : days === 1 ? words.Yesterday : day(at, language);
  return line;
}

function show({ id, edited, html }) {
  const post = parsed(html);
  freshen(post);
  const near = atEnd();
  const old = document.getElementById(`p${id}`);
  if (old) old.replaceWith(post);
  else if (!edited || id > Number(lastPost()?.dataset.id ?? 0)) {
    post.classList.add("arrived");
    posts.append(post);
  }
  arrange();
  if (old) return;
  remember(id);
  if (near || post.dataset.author === "user") toEnd();
  else jump.hidden = false;
  if (document.hidden && post.dataset.author === "bot") {
    document.title = `(${++unseen}) ${title}`;
  }
}

const lastPost = () => [...posts.querySelectorAll(".post")].at(-1);
const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
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
    posts.setAttribute("aria-live", "off");
    posts.prepend(...found.map(parsed));
    freshen(posts);
    arrange();
    scroller.scrollTop = scroller.scrollHeight - fromEnd;
    posts.setAttribute("aria-live", "polite");
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

async function send(text, key) {
  trouble.hidden = true;
  typing.hidden = false;
  if (atEnd()) toEnd();
  try {
    const answer = await fetch(`/c/${room}/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ text, key }),
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

let pending = { text: "", key: "" };

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("says" in form.dataset)) return;
  event.preventDefault();
  const text = (event.submitter?.value || form.elements.text?.value || "").trim();
  if (!text || form.dataset.busy) return;
  // The same line after a failure keeps its key: if it did arrive, it is not said twice.
  if (pending.text !== text) pending = { text, key: newKey() };
  form.dataset.busy = "yes";
  const sent = await send(text, pending.key);
  delete form.dataset.busy;
  if (!sent) return;
  pending = { text: "", key: "" };
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
  if (atEnd()) jump.hidden = true;
});
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
