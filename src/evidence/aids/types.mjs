// For a Node that does not take types off by itself: G1 has blanked them in this copy, so a .ts file is JavaScript.
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

const hooks = `
import { readFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
function isModule(file) {
  if (file.endsWith(".mts")) return true;
  if (file.endsWith(".cts")) return false;
  for (let dir = path.dirname(file); ; dir = path.dirname(dir)) {
    const manifest = path.join(dir, "package.json");
    if (existsSync(manifest)) {
      const type = JSON.parse(readFileSync(manifest, "utf8")).type;
      return type === undefined ? undefined : type === "module";
    }
    if (dir === path.dirname(dir)) return undefined;
  }
}
export async function load(url, context, next) {
  if (!url.startsWith("file:") || !/\\.[mc]?ts$/.test(url)) return next(url, context);
  const file = fileURLToPath(url);
  const source = await readFile(file, "utf8");
  const module = isModule(file) ?? /^\\s*(import|export)\\b/m.test(source);
  return { format: module ? "module" : "commonjs", shortCircuit: true, source };
}
`;
if (isMainThread) register(`data:text/javascript,${encodeURIComponent(hooks)}`);
