// Making elements without markup in strings, so nothing a message says can become code.

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export const byId = (id) => document.getElementById(id);

const MARKS = [
  [/^```([\s\S]+?)```/, "code"],
  [/^\*([^*\n]+)\*/, "strong"],
  [/^_([^_\n]+)_/, "em"],
  [/^~([^~\n]+)~/, "s"],
];
const LINK = /^https?:\/\/[^\s<>"]+/;

// WhatsApp's own marks: *bold* _italic_ ~struck~ ```code```, and links.
export function formatted(text) {
  const parts = [];
  let plain = "";
  const flush = () => {
    if (plain) parts.push(plain);
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const edge = at === 0 || /[\s([{*_~]/.test(text[at - 1]);
    const link = edge && LINK.exec(rest);
    const mark = edge && MARKS.map(([form, tag]) => [form.exec(rest), tag]).find(([found]) => found);
    if (link) {
      flush();
      parts.push(el("a", { href: link[0], target: "_blank", rel: "noreferrer" }, link[0]));
      at += link[0].length;
    } else if (mark) {
      flush();
      parts.push(el(mark[1], {}, mark[0][1]));
      at += mark[0][0].length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return parts;
}

let hiding;
export function toast(words) {
  const box = byId("toast");
  box.textContent = words;
  box.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (box.hidden = true), 3500);
}
