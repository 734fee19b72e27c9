// What feedsmith reads in each of the files that the arguments name: a JSON array of its entries' [id, title], a line each.
import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { parseFeed } from "feedsmith";

const ENTRIES = {
  atom: (feed) => (feed.entries ?? []).map((entry) => [entry.id, entry.title?.value ?? entry.title]),
  rss: (feed) => (feed.items ?? []).map((item) => [item.guid.value, item.title]),
  json: (feed) => (feed.items ?? []).map((item) => [item.id, item.title]),
};

for (const file of argv.slice(2)) {
  const { format, feed } = parseFeed(readFileSync(file, "utf8"));
  console.log(JSON.stringify(ENTRIES[format](feed)));
}
