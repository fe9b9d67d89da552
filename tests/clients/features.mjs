// What the JavaScript client has, as features.py says it of those in Python.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_FOLDER, "package.json"));
const Replicate = require("replicate");
const { existsSync, readFileSync } = require("node:fs");
const folder = path.join(process.env.NODE_FOLDER, "node_modules", "replicate");
const manifest = require("replicate/package.json");

const prediction = {
  id: "gm3qorzdhgbfurvjtvhg6dckhu",
  status: "succeeded",
  output: "https://files.example/file",
  urls: {},
};
const answer = (body) =>
  new Response(JSON.stringify(body), { status: 201, headers: { "content-type": "application/json" } });

async function createsOnce() {
  let creates = 0;
  const fetch = async () => {
    creates += 1;
    throw new TypeError("fetch failed");
  };
  const replicate = new Replicate({ auth: "token", fetch });
  await replicate.predictions.create({ version: "v", input: {} }).catch(() => {});
  return creates === 1;
}

async function fileOf(seen) {
  const fetch = async (url, options = {}) => {
    seen.push([String(url), new Headers(options.headers).get("authorization")]);
    return answer(prediction);
  };
  const replicate = new Replicate({ auth: "token", fetch });
  return replicate.run("a/b", { input: {} });
}

const replicate = new Replicate({ auth: "token" });
const has = (name) => name in replicate;
const seen = [];
const output = await fileOf(seen);
await output.blob();
const [, token] = seen.find(([url]) => url.startsWith("https://files.example/"));
const file = (name) => existsSync(path.join(folder, name));

console.log(
  JSON.stringify({
    "Models as functions": has("use"),
    "Streams": has("stream"),
    "Progress of a run": replicate.run.length > 2,
    "Batches that continue after a crash": has("map"),
    "A lost answer is not paid for twice": await createsOnce(),
    "The token goes to the API only": token === null,
    "Webhooks are validated": "validateWebhook" in Replicate,
    "An error class for each status": "NotFoundError" in Replicate,
    "Options for one call, raw answers": has("withOptions"),
    "Items of all pages": "items" in (replicate.paginate ?? {}),
    "Every operation of the API": has("search"),
    "A command line": "bin" in manifest,
    "A variable that shows the log": readFileSync(path.join(folder, "index.js"), "utf8").includes("REPLICATE_LOG"),
    "OpenTelemetry": file("telemetry.js") || file("lib/telemetry.js"),
    "A sandbox for tests": file("sandbox.js") || file("lib/sandbox.js"),
    "Files that can be saved": "save" in output,
    "Typed modules of models": file("typed.js") || file("lib/typed.js"),
  }),
);
