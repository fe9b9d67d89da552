// What an app does with the official JavaScript client.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import http from "node:http";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_FOLDER, "package.json"));
const Replicate = require("replicate");
const { validateWebhook } = Replicate;
console.log("client:", require("replicate/package.json").version);

const replicate = new Replicate({ baseUrl: process.env.REPLICATE_BASE_URL });

async function read(file) {
  return Buffer.from(await (await file.blob()).arrayBuffer());
}

const picture = await replicate.run("sandbox/painter", { input: { prompt: "hills", width: 16, height: 16 } });
assert.equal(picture.url().protocol, "https:");
assert.equal((await read(picture)).toString("latin1", 1, 4), "PNG");
const story = { prompt: "a fox", sentences: 2 };
const text = (await replicate.run("sandbox/storyteller", { input: story })).join("");
assert.match(text, /^Once upon a time there was a fox\. /);
const version = (await replicate.models.get("sandbox", "sprites")).latest_version.id;
const sprites = await replicate.run(`sandbox/sprites:${version}`, { input: { prompt: "x", count: 3, size: 8 } });
for (const sprite of sprites) assert.equal((await read(sprite)).toString("latin1", 1, 4), "PNG");
console.log("run: a file, a text, a list of files; files are read");

const events = [];
for await (const event of replicate.stream("sandbox/storyteller", { input: story })) events.push(event);
assert.equal(events.filter((e) => e.event === "output").map((e) => e.data).join(""), text);
assert.equal(events.at(-1).event, "done");
console.log("stream:", events.length, "events");

const facts = await replicate.run("sandbox/reader", { input: { document: Buffer.from("one two two") } });
assert.deepEqual(facts.frequent, ["two", "one"]);
const uploaded = await replicate.files.create(new File(["kept"], "kept.txt", { type: "text/plain" }), { a: 1 });
assert.deepEqual([uploaded.name, uploaded.metadata], ["kept.txt", { a: 1 }]);
assert.deepEqual((await replicate.files.get(uploaded.id)).checksums, uploaded.checksums);
assert((await replicate.files.list()).results.some((file) => file.id === uploaded.id));
assert.equal(await replicate.files.delete(uploaded.id), true);
console.log("uploads: as an input, and with metadata");

const names = [];
let pages = 0;
for await (const page of replicate.paginate(replicate.models.list)) {
  pages += 1;
  names.push(...page.map((model) => model.name));
}
assert(pages > 1);
assert.equal(new Set(names).size, names.length);
assert((await replicate.models.search("hills evening")).results.some((model) => model.name === "painter"));
console.log("pages:", pages, "of models");

const hook = await new Promise((resolve, reject) => {
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      response.end();
      server.close();
      resolve({ headers: request.headers, body });
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const webhook = `http://127.0.0.1:${server.address().port}/hook`;
    const input = { denominator: 2 };
    replicate.predictions
      .create({ model: "sandbox/divider", input, webhook, webhook_events_filter: ["completed"] })
      .catch(reject);
  });
});
const { key } = await replicate.webhooks.default.secret.get();
const delivered = (body) => ({
  id: hook.headers["webhook-id"],
  timestamp: hook.headers["webhook-timestamp"],
  signature: hook.headers["webhook-signature"],
  body,
  secret: key,
});
assert.equal(await validateWebhook(delivered(hook.body)), true);
assert.equal(await validateWebhook(delivered(hook.body + " ")), false);
console.log("webhook: delivered and validated");

const slow = await replicate.predictions.create({ model: "sandbox/primes", input: { limit: 100, delay: 5 } });
assert.equal((await replicate.predictions.cancel(slow.id)).status, "canceled");
await assert.rejects(replicate.run("sandbox/divider", { input: { denominator: 0 } }), /by zero/);
await assert.rejects(
  replicate.run("sandbox/painter", { input: { prompt: "x", width: 1 } }),
  /greater than or equal to 16/,
);
console.log("cancel, failure, refusal");

const owner = (await replicate.accounts.current()).username;
const name = process.env.NAME;
await replicate.models.create(owner, name, { hardware: "cpu", visibility: "private" });
const markov = (await replicate.models.get("sandbox", "markov")).latest_version.id;
let training = await replicate.trainings.create("sandbox", "markov", markov, {
  destination: `${owner}/${name}`,
  input: { train_data: "data:,one two one three" },
});
while (!["succeeded", "failed"].includes(training.status)) training = await replicate.trainings.get(training.id);
const trained = await replicate.run(training.output.version, { input: { prompt: "one", length: 2 } });
assert.match(trained.join(""), /^one /);
await replicate.deployments.create({
  name,
  model: "sandbox/markov",
  version: markov,
  hardware: "cpu",
  min_instances: 0,
  max_instances: 1,
});
const run = await replicate.deployments.predictions.create(owner, name, { input: { prompt: "the" } });
assert.equal((await replicate.wait(run)).status, "succeeded");
await replicate.deployments.delete(owner, name);
console.log("a training, a deployment");
