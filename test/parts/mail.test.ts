import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import type { Readable } from "node:stream";
import { freePort } from "../freePort";
import { changed } from "./changed";
import { startWithParts } from "./nodeRed";

/** The part of smtp-server that is used here. */
interface SmtpServer {
  listen(port: number, host: string, ready: () => void): void;
  close(closed: () => void): void;
}
interface Session {
  envelope: { rcptTo: readonly { address: string }[] };
}
interface SmtpOptions {
  readonly allowInsecureAuth: boolean;
  readonly disabledCommands: readonly string[];
  readonly onAuth: (
    auth: { username: string; password: string },
    session: Session,
    done: (error: Error | null, answer?: { user: string }) => void,
  ) => void;
  readonly onData: (mail: Readable, session: Session, done: () => void) => void;
}
interface SmtpModule {
  SMTPServer: new (options: SmtpOptions) => SmtpServer;
}

describe("mail", () => {
  it("comes once for each device with a weak battery", async () => {
    const { SMTPServer } = createRequire(path.join(__dirname, "package.json"))("smtp-server") as SmtpModule;
    const port = await freePort();
    const mails: { to: readonly string[]; text: string }[] = [];
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => (arrived = resolve));
    const server = new SMTPServer({
      allowInsecureAuth: true,
      disabledCommands: ["STARTTLS"],
      onAuth: ({ username, password }, _session, done) =>
        username === "node-red" && password === "secret"
          ? done(null, { user: username })
          : done(new Error("Who is this?")),
      onData: (mail, { envelope }, done) => {
        let text = "";
        mail.on("data", (chunk: Buffer) => (text += chunk.toString()));
        mail.on("end", () => {
          mails.push({ to: envelope.rcptTo.map(({ address }) => address), text });
          done();
          arrived();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const nodeRed = await startWithParts();
    try {
      await nodeRed.setFlows(
        changed("Battery alarm by mail", {
          "e-mail": {
            server: "127.0.0.1",
            port: String(port),
            secure: false,
            credentials: { userid: "node-red", password: "secret" },
          },
        }),
      );
      await first;
      const [mail] = mails;
      assert.deepEqual(mail?.to, ["you@example.com"]);
      assert.match(mail.text, /^Subject: Weak battery: tracker-1\r$/m);
      assert.match(mail.text, /tracker-1[^]*64\.6/);
      await nodeRed.logged(/Message sent|debug:mail\]/);
      assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
      assert.equal(mails.length, 1);
    } finally {
      await nodeRed.stop();
      await new Promise<void>((resolve) => server.close(resolve));
    }
  });
});
