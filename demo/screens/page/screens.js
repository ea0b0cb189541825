// Connects to the demonstration, and comes back when it does.

import { Plate } from "./plate.js";
import { word } from "./words.js";

const AGAIN = 1000;
const plates = new Map();
const away = document.getElementById("away");
const main = document.querySelector("main");
let socket;

function send(message) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function hear({ plates: described, states }) {
  if (described) {
    plates.clear();
    for (const each of described) plates.set(each.plate, new Plate(each, send));
    main.replaceChildren(...[...plates.values()].map((plate) => plate.element));
  }
  for (const state of states) plates.get(state.plate)?.show(state);
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/live`);
  socket.addEventListener("open", () => {
    away.hidden = true;
  });
  socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    away.hidden = false;
    setTimeout(connect, AGAIN);
  });
}

for (const element of document.querySelectorAll("[data-word]")) {
  element.textContent = word(element.dataset.word);
}
document.title = `${word("title")} · ELFE`;
document.getElementById("home").hidden = !document.body.dataset.home;
for (const link of document.querySelectorAll("nav a[hreflang]")) {
  if (link.hreflang === document.documentElement.lang) link.setAttribute("aria-current", "true");
}
connect();
