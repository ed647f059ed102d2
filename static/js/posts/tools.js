// The message box's tools: they write Markdown around or before the chosen text.

const AROUND = { bold: "**", italic: "_", strike: "~~", code: "`" };
const BEFORE = { list: () => "- ", ordered: (index) => `${index + 1}. `, quote: () => "> " };
const START = { mention: "@" };

/** Write as if typed, so that the browser's undo knows it. */
export function write(field, text, from = field.selectionStart, to = field.selectionEnd) {
  field.focus();
  field.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

export function use(tool, field) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  if (tool === "code" && chosen.includes("\n")) {
    write(field, `\`\`\`\n${chosen}\n\`\`\``);
  } else if (AROUND[tool]) {
    const sign = AROUND[tool];
    write(field, sign + chosen + sign);
    field.setSelectionRange(from + sign.length, from + sign.length + chosen.length);
  } else if (BEFORE[tool]) {
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const lines = value.slice(start, to).split("\n");
    write(field, lines.map((line, index) => BEFORE[tool](index) + line).join("\n"), start, to);
  } else if (tool === "link") {
    write(field, `[${chosen}](https://)`);
    const at = chosen ? from + chosen.length + 3 : from + 1;
    field.setSelectionRange(at, chosen ? at + 8 : at);
  } else if (START[tool]) {
    const gap = from > 0 && !/\s/.test(value[from - 1]) ? " " : "";
    write(field, gap + START[tool]);
  }
}
