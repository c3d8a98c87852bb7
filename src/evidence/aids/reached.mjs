// Says which marked lines this process comes by, each once for every test that is running. G1 puts the marks into a copy
// of the source; every Node process of that copy loads this first.
import fs from "node:fs";
import path from "node:path";

const reached = "{reached}";
const now = "{now}";
// Kept, for a test may put something else in their place.
const { readSync, writeSync, writeFileSync } = fs;
const out = fs.openSync(reached, "a");
const current = fs.openSync(now, "a+");
const seen = new Set();
const buffer = Buffer.alloc(64);

globalThis.__g1 = (file, line, loading) => {
  // What happens while a module is loaded happens for every test.
  const window = loading ? "-" : buffer.toString("latin1", 0, readSync(current, buffer, 0, 64, 0)).trim();
  const key = `${window}\t${file}\t${line}`;
  if (!seen.has(key)) {
    seen.add(key);
    writeSync(out, `r\t${process.pid}\t${key}\n`);
  }
};

// What a function does is tested, not how it is written: a test that looks at its text gives no result here.
const written = Function.prototype.toString;
Function.prototype.toString = function () {
  const text = written.call(this);
  return text.includes("__g1(") ? `function ${this.name}() { [native code] }` : text;
};

// A file of tests: from its beginning to its end a test is what runs.
const own = process.argv[1] ? path.relative(process.cwd(), process.argv[1]) : "";
const tests = {tests};
if (process.env.NODE_TEST_CONTEXT && tests.includes(own)) {
  const { afterEach, beforeEach } = await import("node:test");
  const line = (text) => String(text).replace(/\\/g, "\\\\").replace(/\r/g, "\\r").replace(/\n/g, "\\n");
  const open = [];
  let count = 0;
  // Of two tests at the same time nobody can say whose a line is: then it is anybody's.
  let mixed = false;
  const tell = () => writeFileSync(now, mixed ? "" : (open.at(-1)?.window ?? ""));
  beforeEach((test) => {
    const name = test.fullName ?? test.name;
    if (open.length === 0) mixed = false;
    else if (!name.startsWith(`${open.at(-1).name} > `)) mixed = true;
    count += 1;
    open.push({ test, name, window: `${process.pid}.${count}` });
    writeSync(out, `t\t${process.pid}\t${open.at(-1).window}\t${[own, line(name)].join(" > ")}\n`);
    tell();
  });
  afterEach((test) => {
    const at = open.findLastIndex((one) => one.test === test || one.name === (test.fullName ?? test.name));
    if (at >= 0) open.splice(at, 1);
    tell();
  });
}
