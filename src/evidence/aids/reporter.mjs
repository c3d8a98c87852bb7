// G1's reporter for node:test: one line a test, in a form that what the application prints cannot imitate.
import path from "node:path";

const here = process.cwd();
const line = (text) => String(text).replace(/\\/g, "\\\\").replace(/\r/g, "\\r").replace(/\n/g, "\\n");
const plain = (text) => String(text).replace(/\u001b\[[0-9;]*m/g, "");

/** The error that the test itself threw, below what the runner wraps it in. */
function thrown(error) {
  let inner = error;
  while (inner && inner.code === "ERR_TEST_FAILURE" && inner.cause && typeof inner.cause === "object") inner = inner.cause;
  return inner;
}

function isAssertion(error) {
  return Boolean(error) && (error.code === "ERR_ASSERTION" || error.name === "AssertionError");
}

/** Why a file failed as a whole, by what it wrote to stderr: the last line that names an error with its place, without Node's own. */
function unloaded(said, exit) {
  const lines = plain(said).split("\n").filter((line) => !/^\s*}?\s*$|^Node\.js v|\(node:|at node:/.test(line));
  const last = lines.findLastIndex((line) => /^(Uncaught )?[A-Za-z]*(Error|Exception)\b/.test(line));
  if (lines.length === 0) return [`it ended with exit status ${exit}`];
  // What cannot be parsed is shown before the error, with its place.
  const place = lines.findLastIndex((line, at) => at < last && at >= last - 4 && /^(file:\/\/)?\/.*:\d+$/.test(line));
  const from = last < 0 ? Math.max(lines.length - 11, 0) : place < 0 ? last : place;
  return lines.slice(from, from + 11);
}

function wholly(said, exit) {
  return ["the file failed as a whole, not one of its tests:", ...unloaded(said ?? "", exit ?? "unknown")];
}

function reason(error) {
  return plain(error.stack ?? error.message ?? error).split("\n").slice(0, 12);
}

/** The lines that say how a test ended. */
function told(word, name, why) {
  return `${word}${name}\n${why.map((text) => `      ${text}\n`).join("")}`;
}

export default async function* report(source) {
  const stderr = new Map();
  const open = [];
  const worst = [];
  // Tests that were cancelled; why says the suite that they lie in, which is told of after them.
  let waiting = [];
  let ran = 0;
  for await (const { type, data } of source) {
    if (type === "test:start") {
      open.length = data.nesting;
      open[data.nesting] = data.name;
      worst.length = data.nesting + 1;
      worst[data.nesting] = worst[data.nesting] ?? null;
    } else if (type === "test:pass" || type === "test:fail") {
      const names = [...open.slice(0, data.nesting), data.name];
      const file = data.file ? path.relative(here, data.file) : "";
      const whole = data.nesting === 0 && data.file && path.resolve(here, data.name) === path.resolve(here, data.file);
      const error = type === "test:fail" ? thrown(data.details?.error) : null;
      const below = worst[data.nesting + 1] ?? null;
      worst.length = data.nesting + 1;
      let word = "ok    ";
      if (data.skip !== undefined || data.todo !== undefined) word = "skip  ";
      else if (type === "test:fail") {
        const subtests = data.details?.error?.failureType === "subtestsFailed";
        word = subtests ? (below ?? "ERROR ") : isAssertion(error) ? "FAIL  " : "ERROR ";
      }
      if (word === "ERROR " || (word === "FAIL  " && worst[data.nesting] !== "ERROR ")) worst[data.nesting] = word;
      // A suite is no test, and a file is one only when it fails as a whole.
      const suite = data.details?.type === "suite";
      if ((suite && word === "ok    ") || (whole && word === "ok    ")) continue;
      ran += 1;
      const name = whole ? file : [file, ...names].map(line).join(" > ");
      let why = [];
      if (error) why = whole ? wholly(stderr.get(data.file), data.details.error.exitCode) : reason(error);
      const failure = data.details?.error?.failureType;
      if (word === "ERROR " && failure === "cancelledByParent") {
        waiting.push({ depth: data.nesting, name, word, why });
        continue;
      }
      // They were not run because this could not be set up: that it failed by an assertion is said of each of them.
      const its = waiting.filter((test) => test.depth > data.nesting);
      waiting = waiting.filter((test) => test.depth <= data.nesting);
      for (const test of its) yield failure === "hookFailed" ? told(word, test.name, why) : told(test.word, test.name, test.why);
      yield told(word, name, why);
    } else if (type === "test:stdout" || type === "test:stderr") {
      // The end of it is what matters.
      if (type === "test:stderr") stderr.set(data.file, ((stderr.get(data.file) ?? "") + data.message).slice(-20_000));
      yield String(data.message).replace(/\n$/, "").split("\n").map((text) => `| ${text}\n`).join("");
    }
  }
  for (const test of waiting) yield told(test.word, test.name, test.why);
  yield `ran ${ran}\n`;
}
