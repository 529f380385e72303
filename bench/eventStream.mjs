/** A stand-in for the stack's HTTP API: all that it has is an event stream, to which captured events can be written. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";

const fixture = new globalThis.URL("../test/fixtures/event-stream.jsonl", import.meta.url);
const lines = (await readFile(fixture, "utf8")).split("\n").filter(Boolean);
const start = lines.find((line) => line.includes('"events.stream.start"'));
const decoderFailed = JSON.parse(lines.find((line) => line.includes('"as.up.data.decode.fail"')));

export async function startEventStream() {
  let count = 0;
  const streams = new Set();
  const server = http.createServer((request, response) => {
    if (!request.url.endsWith("/events")) {
      response.writeHead(404, { "content-type": "application/json" }).end("{}");
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`${start}\n\n`);
    streams.add(response);
    response.on("close", () => streams.delete(response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    get open() {
      return streams.size;
    },
    /** A formatter that throws; never the same frame twice. */
    decoderFails() {
      count += 1;
      const event = globalThis.structuredClone(decoderFailed);
      event.result.unique_id = `bench-${count}`;
      event.result.correlation_ids = [`gs:uplink:bench-${count}`];
      for (const stream of streams) stream.write(`${JSON.stringify(event)}\n\n`);
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
