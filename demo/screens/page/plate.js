// One plate: its pages, its frame, and what is said on its topics.

import { icon } from "./icons.js";
import { Roller } from "./roller.js";
import { word } from "./words.js";

const SWITCH = 3;
const LED = 10;
const STATUS = 8;
const CONNECTION = 9;
const LABEL = 8;
const CAR = 5;
const LINES = 12; // of the conversation

function make(kind, name, ...children) {
  const element = document.createElement(kind);
  element.className = name;
  element.append(...children);
  return element;
}

function light(name) {
  const element = make("i", "led");
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", name);
  return element;
}

function colour(element, drawn) {
  const value = drawn?.bg_color ?? "";
  element.classList.toggle("lit", value !== "");
  element.dataset.colour = value;
  element.style.setProperty("--light", value || "transparent");
}

export class Plate {
  #send;
  #plate;
  #tabs = new Map();
  #updates = []; // each draws a part from the objects
  #plugged = true;

  constructor(description, send) {
    this.#plate = description.plate;
    this.#send = (message) => send({ plate: this.#plate, ...message });
    this.#build(description);
    this.#open(description.pages[0]?.number ?? STATUS);
  }

  show(state) {
    this.#plugged = state.plugged;
    this.element.classList.toggle("dark", !state.plugged);
    this.glass.inert = !state.plugged;
    this.power.lastChild.textContent = word(state.plugged ? "unplug" : "plug");
    const touched = new Set(state.touched);
    const drawn = (page, item) => state.objects[`${page}/${item}`];
    for (const update of this.#updates) update(drawn, (page, item) => touched.has(`${page}/${item}`));
    this.#tell(state.said);
  }

  #build({ home, pages }) {
    const bar = make("div", "bar");
    const clock = make("span", "clock");
    const tick = () => {
      clock.textContent = new Date().toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });
    };
    tick();
    setInterval(tick, 1000);
    const signal = icon("connection");
    bar.append(clock, make("span", "name", this.#plate), signal);
    this.#updates.push((drawn) => {
      signal.style.setProperty("color", drawn(CONNECTION, LABEL)?.text_color ?? "");
    });

    const pane = make("div", "pane");
    const tabs = make("div", "tabs");
    tabs.setAttribute("role", "tablist");
    for (const page of pages) this.#add(tabs, pane, page.number, page.kind, this.#equipment(page));
    this.#add(tabs, pane, STATUS, "status", this.#status(pages));
    this.#add(tabs, pane, CONNECTION, "connection", this.#connection());

    this.glass = make("div", "glass", bar, pane, tabs);
    const off = make("div", "off", word("dark"));
    const body = make("div", "body", make("div", "screen", this.glass, off));
    this.power = make("button", "power", icon("power"), make("span", ""));
    this.power.addEventListener("click", () => this.#send({ plug: !this.#plugged }));
    const title = make("h2", "", `${word("home")} ${home}`);
    this.said = make("ol", "said");
    this.said.setAttribute("aria-label", word("said"));
    this.element = make(
      "section",
      "plate",
      make("div", "head", title, make("code", "", `hasp/${this.#plate}`), this.power),
      body,
      this.said,
    );
    this.element.dataset.plate = this.#plate;
  }

  #add(tabs, pane, number, kind, content) {
    const tab = make("button", "tab", icon(kind));
    tab.title = word(kind);
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-label", word(kind));
    tab.dataset.page = number;
    tab.addEventListener("click", () => this.#open(number));
    content.dataset.page = number;
    content.setAttribute("role", "tabpanel");
    tabs.append(tab);
    pane.append(content);
    this.#tabs.set(number, { tab, content });
  }

  #open(number) {
    for (const [each, { tab, content }] of this.#tabs) {
      tab.setAttribute("aria-selected", each === number);
      content.hidden = each !== number;
    }
  }

  // ------------------------------------------------------------------ pages

  #equipment({ number, kind, name, rollers }) {
    const title = make("div", "title", icon(kind), make("b", "", word(kind)));
    if (name.replace("'", "’") !== word(kind)) title.append(make("small", "", name));
    const led = light(word(kind));
    const knob = make("button", "switch", make("i", "knob"));
    knob.setAttribute("role", "switch");
    knob.setAttribute("aria-label", word("piloted"));
    const says = make("span", "says");
    knob.addEventListener("click", () => {
      this.#send({ page: number, switch: knob.getAttribute("aria-checked") === "true" ? 0 : 1 });
    });
    this.#updates.push((drawn, touched) => {
      const value = drawn(number, SWITCH)?.val;
      colour(led, drawn(number, LED));
      knob.setAttribute("aria-checked", Boolean(value));
      knob.classList.toggle("empty", value === undefined);
      knob.classList.toggle("touched", touched(number, SWITCH));
      says.textContent = word(value === undefined ? "nothing" : value ? "piloted" : "manual");
    });
    const state = make("div", "state", led, knob, says);
    const page = make("div", `page ${kind}`, title, make("div", "parts", state));
    if (Object.keys(rollers).length === 0) {
      page.classList.add("simple");
      return page;
    }
    const roller = (item, unit) => this.#roller(number, item, word(unit), rollers[item]);
    const parts = page.lastElementChild;
    const [hour, minute] = number === CAR ? [5, 6] : [8, 9];
    parts.append(this.#wheels("end", roller(hour, "hours"), ":", roller(minute, "minutes")));
    parts.append(
      number === CAR
        ? this.#wheels("charge", roller(8, "percent"))
        : this.#wheels("cycle", roller(5, "hours"), "h", roller(6, "minutes")),
    );
    return page;
  }

  #wheels(name, ...parts) {
    const wheels = make("div", "wheels", ...parts.map((p) => (p instanceof Node ? p : make("em", "", p))));
    const group = make("div", "group", make("label", "", word(name)), wheels);
    for (const each of wheels.querySelectorAll(".roller")) {
      each.setAttribute("aria-label", `${word(name)}, ${each.getAttribute("aria-label")}`);
    }
    return group;
  }

  #roller(page, item, unit, rows) {
    const roller = new Roller(unit, rows, (row) => this.#send({ page, roller: item, row }));
    roller.element.dataset.item = item;
    this.#updates.push((drawn, touched) => roller.show(drawn(page, item)?.val, touched(page, item)));
    return roller.element;
  }

  #status(pages) {
    const page = make("div", "page status", make("div", "title", icon("status"), make("b", "", word("status"))));
    const grid = make("div", "grid");
    for (const each of pages) {
      const led = light(word(each.kind));
      led.dataset.item = each.light;
      grid.append(make("div", "cell", icon(each.kind), make("span", "", word(each.kind)), led));
      this.#updates.push((drawn) => colour(led, drawn(STATUS, each.light)));
    }
    page.append(grid);
    return page;
  }

  #connection() {
    const label = make("p", "label");
    const drawing = icon("connection");
    this.#updates.push((drawn) => {
      const { text, text_color: ink } = drawn(CONNECTION, LABEL) ?? {};
      label.textContent = text ?? word("waiting");
      for (const each of [label, drawing]) each.style.setProperty("color", ink ?? "");
    });
    return make("div", "page connection", drawing, label);
  }

  // ------------------------------------------------------------------ messages

  #tell(said) {
    const lines = said.slice(-LINES).map(({ at, way, topic, payload }) => {
      const line = make("li", way, make("time", "", at), make("b", "", way === "out" ? "→" : "←"));
      const short = topic.replace(`hasp/${this.#plate}/`, "");
      line.append(make("code", "topic", short), make("code", "", payload));
      line.title = `${topic}  ${payload}`;
      return line;
    });
    if (lines.length === 0) lines.push(make("li", "silence", word("silence")));
    this.said.replaceChildren(...lines);
  }
}
