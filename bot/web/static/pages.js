// The pages besides the chat: times in the reader's zone, lists that stay fresh, filters that need no button.
import { freshen } from "./times.js";

const REFRESH = 10 * 1000, TIMES = 30 * 1000, LONGEST_WAIT = 120 * 1000;

const words = JSON.parse(document.querySelector(".app").dataset.words);
const list = document.querySelector("[data-live]");
const state = document.querySelector(".state");
let wait = REFRESH;

function say(name) {
  if (!state) return;
  state.dataset.state = name;
  state.textContent = words[name];
}

// Only what changed is touched, so that the focus, the selection and screen readers are left in peace.
function merge(fresh) {
  const news = [...fresh.children];
  const wanted = new Set(news.map((node) => node.id));
  for (const old of [...list.children]) if (!wanted.has(old.id)) old.remove();
  news.forEach((node, place) => {
    const old = document.getElementById(node.id);
    const same = old?.dataset.version === node.dataset.version;
    const shown = same ? old : node;
    if (old && !same) replace(old, node);
    if (!old) node.classList.add("arrived");
    if (list.children[place] !== shown) list.insertBefore(shown, list.children[place] ?? null);
  });
}

function replace(old, node) {
  const focused = [...old.querySelectorAll("a")].indexOf(document.activeElement);
  old.replaceWith(node);
  if (focused >= 0) node.querySelectorAll("a")[focused]?.focus();
}

async function refresh() {
  try {
    const answer = await fetch(list.dataset.live);
    if (!answer.ok) throw new Error(answer.statusText);
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();  // made and escaped by our own templates
    freshen(holder.content);
    merge(holder.content);
    if (list.children.length) document.querySelector(".nothing")?.remove();
    wait = REFRESH;
    say("live");
  } catch {
    wait = Math.min(wait * 2, LONGEST_WAIT);
    say("connecting");
  }
}

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, wait);
}

freshen(document);
setInterval(() => freshen(document), TIMES);
for (const form of document.querySelectorAll("[data-submits]")) {
  for (const choice of form.querySelectorAll("select")) choice.addEventListener("change", () => form.requestSubmit());
}
for (const field of document.querySelectorAll("[data-enter]")) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
}
if (list) {
  keepFresh();
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}
