// A partner who works with node: takes POSTs to /VERIFIER/KEY (percent-encoded), and answers 204, or 401 with the reason.
// VERIFIER is standardwebhooks or svix, the published libraries, or partners, the function that docs/partners.md shows
// for v1a: the module in the file that the first argument names. The port is told on standard output.
import { createServer } from "node:http";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";

const { isGenuine } = await import(pathToFileURL(argv[2]));

const VERIFIERS = {
  standardwebhooks: (key, headers, body) => new Webhook(key).verify(body, headers),
  svix: (key, headers, body) => new SvixWebhook(key).verify(body, headers),
  partners: (key, headers, body) => {
    if (!isGenuine(key, headers, body)) throw new Error("No matching signature found");
  },
};

const server = createServer(async (request, response) => {
  const [verifier, key] = request.url.slice(1).split("/").map(decodeURIComponent);
  const parts = [];
  for await (const part of request) parts.push(part);
  try {
    VERIFIERS[verifier](key, request.headers, Buffer.concat(parts));
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(401).end(error.message);
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
