// The composer: completes commands and their arguments, and recalls earlier lines.
const SHOWN = 25, PATIENCE = 120;

export function compose(form, room) {
  const input = form.elements.text;
  const list = form.querySelector("[role=listbox]");
  const commands = JSON.parse(form.dataset.commands);
  const said = [];
  let recalled = 0;
  let options = [];
  let chosen = -1;
  let asking = 0;

  function close() {
    asking++;
    options = [];
    chosen = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    chosen = (index + options.length) % options.length;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", `option-${chosen}`);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  }

  function open(found) {
    close();
    options = found.slice(0, SHOWN);
    if (!options.length) return;
    list.replaceChildren(...options.map(item));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    choose(0);
  }

  function take(index) {
    const option = options[index];
    put(option.text);
    if (option.complete) form.requestSubmit();
  }

  function put(text) {
    close();
    input.value = text;
    input.focus();
    input.setSelectionRange(text.length, text.length);
    suggest();
  }

  async function suggest() {
    const typed = input.value;
    const space = typed.indexOf(" ");
    if (!typed.startsWith("/")) return close();
    const name = typed.slice(1, space < 0 ? undefined : space).toLowerCase();
    if (space < 0) return open(commands.filter((command) => command.name.startsWith(name)).map(offer));
    const command = commands.find((known) => known.name === name);
    if (!command?.completes) return close();
    const mine = ++asking;
    await new Promise((done) => setTimeout(done, PATIENCE));
    if (mine !== asking) return;
    const argument = typed.slice(space + 1).trimStart();
    const query = new URLSearchParams({ room, command: name, typed: argument });
    const answer = await fetch(`/suggest?${query}`, { headers: { accept: "application/json" } }).catch(() => null);
    if (mine !== asking || input.value !== typed) return;
    const found = answer?.ok ? await answer.json() : [];
    open(found.filter(({ value }) => value !== argument).map(({ value, label }) => ({
      text: `/${name} ${value}`, name: value, argument: "", description: label === value ? "" : label, complete: false,
    })));
  }

  form.addEventListener("said", () => {
    if (said.at(-1) !== input.value) said.push(input.value);
    recalled = said.length;
    input.value = "";
    close();
  });
  input.addEventListener("input", suggest);
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const index = [...list.children].indexOf(event.target.closest("li"));
    if (index >= 0) take(index);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const open = options.length > 0;
    const keys = {
      ArrowDown: open ? () => choose(chosen + 1) : () => recall(1),
      ArrowUp: open ? () => choose(chosen - 1) : () => recall(-1),
      Tab: open && !event.shiftKey ? () => take(chosen) : null,
      Enter: open && options[chosen].text.trim() !== input.value.trim() ? () => take(chosen) : null,
      Escape: open ? close : null,
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  function recall(step) {
    if (!said.length) return;
    recalled = Math.max(0, Math.min(said.length, recalled + step));
    input.value = said[recalled] ?? "";
  }

  return { put };
}

function offer(command) {
  return {
    text: command.argument ? `/${command.name} ` : `/${command.name}`,
    name: `/${command.name}`,
    argument: command.argument && (command.required ? command.argument : `[${command.argument}]`),
    description: command.description,
    complete: false,
  };
}

function item(option, index) {
  const entry = document.createElement("li");
  entry.id = `option-${index}`;
  entry.setAttribute("role", "option");
  for (const [tag, text] of [["b", option.name], ["i", option.argument], ["span", option.description]]) {
    if (!text) continue;
    const part = document.createElement(tag);
    part.textContent = text;
    part.dir = "auto";
    entry.append(part);
  }
  return entry;
}
