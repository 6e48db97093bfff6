import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { show } from "@/world";
import { figuresIn } from "./figures";
import { formatted } from "./formatting";
import { renderJson } from "./JsonView";
import { parseSearch, stringifySearch } from "./search";
import { StatusTick } from "./StatusTick";
import { WhatsAppPreview } from "./WhatsAppPreview";
import { Why } from "./Why";

test.each<[string, string]>([
  ["queued", "Queued"],
  ["sent", "Sent"],
  ["delivered", "Delivered"],
  ["read", "Read"],
  ["failed", "Failed"],
  ["unknown", "Unknown"],
  ["received", "Received"],
])("the tick of a message that is %s says so in a word", (status, word) => {
  show(<StatusTick status={status} />);
  expect(screen.getByText(word)).toBeTruthy();
});

test.each([
  ["*bold*", "<strong>bold</strong>"],
  ["_italic_", "<em>italic</em>"],
  ["~strike~", "<s>strike</s>"],
  ["```mono *not bold*```", "<code>mono *not bold*</code>"],
  ["*bold _and italic_*", "<strong>bold <em>and italic</em></strong>"],
  ["2*3*4 and snake_case_name", "2*3*4 and snake_case_name"],
  ["a * b * c", "a * b * c"],
  ["<b>& not markup", "&lt;b&gt;&amp; not markup"],
])("WhatsApp shows %s as marked text", (text, html) => {
  const { container } = show(<p data-testid="text">{formatted(text)}</p>);
  expect(container.querySelector("p")?.innerHTML).toBe(html);
});

test("the preview marks variables and shows header, footer and every button", () => {
  show(
    <WhatsAppPreview
      content={{
        header: { format: "IMAGE" },
        body: "Hello *{{name}}*, your order {{1}} is here",
        footer: "Reply STOP to opt out",
        buttons: [
          { type: "QUICK_REPLY", text: "Thanks" },
          { type: "URL", text: "Track" },
          { type: "phone_number", text: "Call us" },
        ],
      }}
    />,
  );
  expect(screen.getAllByText(/^\{\{.*\}\}$/).map((mark) => mark.tagName)).toEqual(["MARK", "MARK"]);
  for (const text of ["Image", "Reply STOP to opt out", "Thanks", "Track", "Call us"]) {
    expect(screen.getByText(text)).toBeTruthy();
  }
});

test("Why? tells what happened and what to do about it", async () => {
  show(<Why code="131026" message="Not on WhatsApp." mend="Check the number." />);
  await userEvent.click(screen.getByText("Why?"));
  expect(await screen.findByText("Not on WhatsApp.")).toBeTruthy();
  expect(screen.getByText("Check the number.")).toBeTruthy();
});

test("a status without a reason offers no Why?", () => {
  show(<Why />);
  expect(screen.queryByText("Why?")).toBeNull();
});

test("numbers, durations and sizes follow the language", () => {
  expect(figuresIn("de").number(12345)).toBe("12.345");
  expect(figuresIn("en").duration(7200)).toBe("2 hr");
  expect(figuresIn("en").bytes(1_500_000)).toBe("1.5 MB");
  expect(figuresIn("en").relative("2026-01-01T10:00:00Z", Date.UTC(2026, 0, 1, 10, 5))).toBe(
    "5 min. ago",
  );
});

test("a JSON text is shown opened, other text as it is", () => {
  expect(renderJson('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(renderJson("plain")).toBe("plain");
});

test("the address keeps digits as they are, so that a number stays a number", () => {
  const search = stringifySearch({ address: "4915112345678", status: undefined });
  expect(search).toBe("?address=4915112345678");
  expect(parseSearch(search)).toEqual({ address: "4915112345678" });
});
