// The emoji that `:` finds, by their names.
// prettier-ignore
const EMOJI: [string, string][] = [
  ["smile", "😊"], ["grin", "😀"], ["joy", "😂"], ["wink", "😉"], ["heart", "❤️"],
  ["thumbsup", "👍"], ["thumbsdown", "👎"], ["ok", "👌"], ["wave", "👋"], ["clap", "👏"],
  ["pray", "🙏"], ["thanks", "🙏"], ["party", "🎉"], ["check", "✅"], ["cross", "❌"],
  ["warning", "⚠️"], ["question", "❓"], ["sad", "😔"], ["cry", "😢"], ["thinking", "🤔"],
  ["cool", "😎"], ["star", "⭐"], ["fire", "🔥"], ["phone", "📞"], ["mail", "📧"],
  ["calendar", "📅"], ["clock", "🕒"], ["package", "📦"], ["truck", "🚚"], ["cart", "🛒"],
  ["gift", "🎁"], ["money", "💶"], ["card", "💳"], ["house", "🏠"], ["pin", "📍"],
  ["camera", "📷"], ["clip", "📎"], ["key", "🔑"], ["medicine", "💊"], ["hospital", "🏥"],
  ["sun", "☀️"], ["rain", "🌧️"], ["coffee", "☕"], ["flower", "🌸"], ["rocket", "🚀"],
];

const FOUND = 8;

export function findEmoji(name: string): { name: string; sign: string }[] {
  const wanted = name.toLowerCase();
  const begins = EMOJI.filter(([each]) => each.startsWith(wanted));
  const within = EMOJI.filter(([each]) => !each.startsWith(wanted) && each.includes(wanted));
  return [...begins, ...within].slice(0, FOUND).map(([each, sign]) => ({ name: each, sign }));
}
