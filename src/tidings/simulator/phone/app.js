// The page: who is played, which business is open, and what the person does.

import * as api from "./api.js";
import { bubbleElement } from "./bubble.js";
import { byId, el, toast } from "./dom.js";

const state = { people: [], who: null, view: null, open: null, quote: null };
const attempt = (work) => work.catch((error) => toast(error.message));

const current = () => state.view?.chats.find((chat) => chat.number_id === state.open);

const act = {
  write: (message, about) => {
    const chat = current();
    const context = about ? { context: { from: chat.display.replace(/\D/g, ""), id: about.id } } : {};
    return attempt(api.write(state.who, chat.number_id, { ...context, ...message }).then(refresh));
  },
  quote: (bubble) => {
    state.quote = bubble;
    drawQuote();
    byId("words").focus();
  },
  location: (about) =>
    act.write({ type: "location", location: { latitude: 52.5163, longitude: 13.3777, name: "Here I am" } }, about),
};

function drawPeople() {
  const item = (person) =>
    el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: person.wa_id === state.who ? "chosen" : "", onclick: () => play(person.wa_id) },
        el("span", { class: "face" }, (person.name || "?").slice(0, 1)),
        el(
          "span",
          { class: "label" },
          person.name || `+${person.wa_id}`,
          el("small", {}, person.phone_hidden ? "phone number hidden" : `+${person.wa_id}`),
        ),
        person.unread ? el("span", { class: "count" }, String(person.unread)) : "",
      ),
    );
  byId("people-list").replaceChildren(...state.people.map(item));
}

function drawTabs() {
  const tab = (chat) =>
    el(
      "button",
      {
        type: "button",
        class: chat.number_id === state.open ? "chosen" : "",
        onclick: () => {
          state.open = chat.number_id;
          state.quote = null;
          draw();
          markRead();
        },
      },
      chat.name,
      el("small", {}, chat.display),
      chat.unread ? el("span", { class: "count" }, String(chat.unread)) : "",
    );
  byId("tabs").replaceChildren(...state.view.chats.map(tab));
}

function drawChat() {
  const chat = current();
  const box = byId("chat");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const known = new Map(chat.messages.map((bubble) => [bubble.id, bubble]));
  const reactions = new Map();
  for (const bubble of chat.messages) {
    if (bubble.reaction) reactions.set(bubble.reaction.message_id, bubble.reaction.emoji);
  }
  const bubbles = chat.messages
    .filter((bubble) => !bubble.reaction)
    .map((bubble) => bubbleElement(bubble, { byId: known, reactions, act }));
  const hint = chat.blocked
    ? "You blocked this business: nothing arrives."
    : chat.messages.length
      ? ""
      : "No messages yet. Write first, or wait for the business.";
  box.replaceChildren(
    ...bubbles,
    chat.typing ? el("p", { class: "typing" }, "typing…") : "",
    hint ? el("p", { class: "hint" }, hint) : "",
  );
  if (atEnd) box.scrollTop = box.scrollHeight;
}

// A day and an hour ago the 24 hours in which a business may write freely are over by now.
const YESTERDAY = -25 * 3600;

function drawClock() {
  const behind = -state.view.clock_offset_seconds;
  const hours = Math.round(behind / 3600);
  byId("past").hidden = behind <= 0;
  byId("yesterday").hidden = behind > 0;
  const ago = hours >= 1 ? `${hours} hour${hours > 1 ? "s" : ""}` : `${Math.round(behind / 60)} minutes`;
  byId("past-words").textContent = `Here it is ${ago} ago, for all customers.`;
}

function drawQuote() {
  const box = byId("quoting");
  box.hidden = !state.quote;
  const drop = () => {
    state.quote = null;
    drawQuote();
  };
  if (state.quote) {
    const words = (state.quote.text || state.quote.type).slice(0, 90);
    box.replaceChildren(words, el("button", { type: "button", "aria-label": "Do not quote", onclick: drop }, "✕"));
  }
}

function draw() {
  drawPeople();
  document.body.classList.toggle("playing", Boolean(state.view));
  byId("phone").hidden = !state.view;
  byId("empty").hidden = Boolean(state.view);
  if (!state.view) return;
  byId("self-name").textContent = state.view.customer.name || `+${state.who}`;
  byId("self-number").textContent = `+${state.who}`;
  byId("block").textContent = current().blocked ? "Unblock this business" : "Block this business";
  drawClock();
  drawTabs();
  drawChat();
  drawQuote();
}

async function refresh() {
  state.people = await api.people();
  if (state.who) {
    state.view = await api.chats(state.who);
    state.open = current() ? state.open : state.view.chats[0]?.number_id;
  }
  if (!document.querySelector(".tools[open]")) draw();
  markRead();
}

function markRead() {
  const chat = current();
  if (!chat || !byId("receipts").checked || document.hidden) return;
  if (chat.messages.some((bubble) => !bubble.mine && bubble.status === "delivered")) {
    attempt(api.read(state.who, chat.number_id));
  }
}

function play(who) {
  state.quote = null;
  location.hash = who;
  attempt(
    api.chats(who).then((view) => {
      state.who = view.wa_id;
      state.view = view;
      const busiest = [...view.chats].sort((a, b) => (b.messages.at(-1)?.at ?? 0) - (a.messages.at(-1)?.at ?? 0));
      state.open = busiest[0]?.number_id;
      draw();
      byId("chat").scrollTop = byId("chat").scrollHeight;
      markRead();
    }),
  );
}

async function sendFile(file, isVoice = file.type.startsWith("audio/ogg")) {
  const payload = await api.upload(file);
  const family = isVoice ? "audio" : (/^(image|video|audio)\//.exec(file.type)?.[1] ?? "document");
  const kind = file.type === "image/webp" ? "sticker" : family;
  const named = kind === "document" ? { filename: file.name } : {};
  const spoken = isVoice ? { voice: true } : {};
  const caption = byId("words").value.trim();
  byId("words").value = "";
  const words = caption && kind !== "audio" && kind !== "sticker" ? { caption } : {};
  await act.write({ type: kind, [kind]: { ...payload, ...named, ...spoken, ...words } });
}

const COMMANDS = {
  block: () => attempt(api.block(state.who, state.open, !current().blocked).then(refresh)),
  stop: () => attempt(api.prefer(state.who, state.open, "stop").then(() => toast("Marketing stopped"))),
  resume: () => attempt(api.prefer(state.who, state.open, "resume").then(() => toast("Marketing resumed"))),
  yesterday: () => attempt(api.moveClock(YESTERDAY).then(refresh)),
  now: () => attempt(api.moveClock(0).then(refresh)),
  file: () => byId("file").click(),
  voice: () => byId("sound").click(),
  location: () => act.location(),
  "stop-word": () => act.write({ type: "text", text: { body: "STOP" } }),
};

function listen() {
  byId("who").addEventListener("submit", (event) => {
    event.preventDefault();
    play(byId("who-number").value);
  });
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const words = byId("words").value.trim();
    if (!words) return;
    byId("words").value = "";
    const about = state.quote;
    state.quote = null;
    act.write({ type: "text", text: { body: words } }, about);
  });
  byId("words").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      byId("composer").requestSubmit();
    }
  });
  byId("file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) attempt(sendFile(file));
  });
  byId("sound").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) attempt(sendFile(file, true));
  });
  byId("back").addEventListener("click", () => {
    state.who = state.view = null;
    location.hash = "";
    draw();
  });
  document.addEventListener("click", (event) => {
    const command = COMMANDS[event.target.dataset?.do];
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (command || !menu.contains(event.target)) menu.open = false;
    }
    command?.();
  });
}

listen();
attempt(refresh());
if (location.hash.length > 1) play(location.hash.slice(1));
api.watch(() => attempt(refresh()));
