// One message as a bubble: header, medium, text, footer, ticks and the buttons that work.

import { el, formatted, toast } from "./dom.js";

const EMOJIS = ["👍", "❤️", "😂", "😮", "🙏"];
const TICKS = { accepted: "✓", sent: "✓", delivered: "✓✓", read: "✓✓" };

const time = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function medium(shown) {
  const { kind, url, filename } = shown.medium;
  if (kind === "image") return el("img", { class: "medium", src: url, alt: "Image", loading: "lazy" });
  if (kind === "sticker") return el("img", { class: "sticker", src: url, alt: "Sticker" });
  if (kind === "video") return el("video", { class: "medium", src: url, controls: true });
  if (kind === "audio") return el("audio", { src: url, controls: true });
  const name = filename || url.split("/").pop() || "document";
  return el("a", { class: "file", href: url, target: "_blank", rel: "noreferrer" }, "📄 ", name);
}

function place({ latitude, longitude, name, address }) {
  return el(
    "div",
    { class: "place" },
    el("span", { class: "pin" }, "📍"),
    el("span", {}, name || "Location", el("small", {}, address || `${latitude}, ${longitude}`)),
  );
}

function button(item, bubble, act) {
  const run = {
    quick_reply: () =>
      act.write({ type: "button", button: { payload: item.payload, text: item.title } }, bubble),
    reply: () => {
      const reply = { type: "button_reply", button_reply: { id: item.id, title: item.title } };
      act.write({ type: "interactive", interactive: reply }, bubble);
    },
    url: () => window.open(item.url, "_blank", "noreferrer"),
    code: () => {
      navigator.clipboard?.writeText(item.code);
      toast(`Copied ${item.code}`);
    },
    call: () => toast(`Would call ${item.number}`),
    location: () => act.location(bubble),
    flow: () => {
      const answer = { name: "flow", body: "Sent", response_json: JSON.stringify({ done: true }) };
      const reply = { type: "nfm_reply", nfm_reply: answer };
      act.write({ type: "interactive", interactive: reply }, bubble);
    },
  }[item.kind];
  const sign = { url: "↗ ", code: "⧉ ", call: "☎ ", location: "📍 " }[item.kind] ?? "";
  const title = item.kind === "url" ? item.url : undefined;
  return el("button", { type: "button", onclick: run ?? (() => toast("Nothing happens")), title }, sign, item.title);
}

function picker(list, bubble, act) {
  const dialog = document.getElementById("list-dialog");
  const choose = (row) => {
    dialog.close();
    const reply = { id: row.id, title: row.title };
    if (row.description) reply.description = row.description;
    act.write({ type: "interactive", interactive: { type: "list_reply", list_reply: reply } }, bubble);
  };
  const row = (item) =>
    el("button", { type: "button", onclick: () => choose(item) }, item.title, el("small", {}, item.description ?? ""));
  dialog.replaceChildren(
    el("h2", {}, list.button),
    ...list.sections.flatMap((section) => [
      section.title ? el("h3", {}, section.title) : "",
      ...section.rows.map(row),
    ]),
    el("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Close"),
  );
  dialog.showModal();
}

function tools(bubble, act) {
  const react = (emoji) =>
    act.write({ type: "reaction", reaction: { message_id: bubble.id, emoji } });
  return el(
    "details",
    { class: "tools" },
    el("summary", { "aria-label": "React or reply" }, "☺"),
    el(
      "div",
      { class: "emojis", onclick: (event) => (event.target.closest("details").open = false) },
      EMOJIS.map((emoji) => el("button", { type: "button", onclick: () => react(emoji) }, emoji)),
      el("button", { type: "button", onclick: () => act.quote(bubble) }, "↩"),
    ),
  );
}

// `context` has byId (all bubbles by message id), reactions (emoji by message id) and act.
export function bubbleElement(bubble, { byId, reactions, act }) {
  const quoted = bubble.quote && byId.get(bubble.quote);
  const sentWhen = el(
    "span",
    { class: `when ${bubble.mine && bubble.status === "read" ? "seen" : ""}` },
    time(bubble.at),
    bubble.mine ? ` ${TICKS[bubble.status] ?? "✓"}` : "",
  );
  const content = el(
    "div",
    { class: "content" },
    quoted ? el("blockquote", {}, (quoted.text || quoted.type).slice(0, 90)) : "",
    bubble.header ? el("strong", { class: "head" }, bubble.header) : "",
    bubble.medium ? medium(bubble) : "",
    bubble.location ? place(bubble.location) : "",
    bubble.contacts ? bubble.contacts.map((name) => el("div", { class: "file" }, "👤 ", name)) : "",
    bubble.text ? el("p", {}, formatted(bubble.text)) : "",
    bubble.footer ? el("small", { class: "foot" }, bubble.footer) : "",
    sentWhen,
  );
  const buttons = (bubble.buttons ?? []).map((item) => button(item, bubble, act));
  if (bubble.list) {
    const open = () => picker(bubble.list, bubble, act);
    buttons.push(el("button", { type: "button", onclick: open }, "☰ ", bubble.list.button));
  }
  const reaction = reactions.get(bubble.id);
  return el(
    "article",
    { class: `bubble ${bubble.mine ? "mine" : "theirs"} ${bubble.type}`, id: bubble.id },
    content,
    buttons.length ? el("div", { class: "buttons" }, buttons) : "",
    reaction ? el("span", { class: "reaction" }, reaction) : "",
    bubble.mine ? "" : tools(bubble, act),
  );
}
