import assert from "node:assert/strict";
import { EditorPage } from "./editor-page";
import { startNodeRed, type NodeRed } from "./node-red";

/** bcrypt of `test`. */
const PASSWORD = "$2b$04$3WYKr3ea9DSHSNyBQqF1Ye5gsTBRQCwyWPG5aTnL4E.gju2aJrB4G";

const user = (username: string, permissions: string | readonly string[]): object => ({
  username,
  password: PASSWORD,
  permissions,
});

const KEY = "NNSXS.SECRET";

describe("who may ask a connection what it has seen", () => {
  let nodeRed: NodeRed;

  before(async function () {
    this.timeout(120_000);
    const flows = [
      { id: "tab1", type: "tab", label: "Flow 1" },
      { id: "c1", type: "tts-connection", host: "127.0.0.1", port: "1", applicationId: "my-app", api: "off" },
      { id: "u1", type: "tts-uplink", z: "tab1", x: 0, y: 0, connection: "c1", wires: [[]] },
      {
        ...{ id: "d1", type: "tts-downlink", z: "tab1", x: 0, y: 60, connection: "c2", wires: [[]] },
        ...{ device: "door-1", deviceType: "str", fPort: "15", fPortType: "num", encoding: "decoded" },
        ...{ payload: '{"led": "on"}', payloadType: "json" },
      },
      { id: "c2", type: "tts-connection", host: "127.0.0.1", port: "1", applicationId: "my-app" },
    ];
    const users = [user("reader", "read"), user("stranger", ["settings.read"]), user("owner", "*")];
    nodeRed = await startNodeRed(flows, {
      credentials: { c1: { apiKey: KEY } },
      settings: { adminAuth: { type: "credentials", users } },
    });
  });
  after(() => nodeRed.stop());

  const QUESTIONS = [
    "tts-connection/c1/suggestions?list=devices",
    "tts-uplink/c1/last-message",
    "tts-connection/nowhere/suggestions?list=devices",
  ];

  /** The statuses of all questions' answers. */
  async function statusesFor(username?: string): Promise<number[]> {
    const headers: Record<string, string> = {};
    if (username !== undefined) {
      const body = {
        client_id: "node-red-editor",
        grant_type: "password",
        scope: "",
        username,
        password: "test",
      };
      const login = await fetch(`${nodeRed.url}/auth/token`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const { access_token: token } = (await login.json()) as { access_token: string };
      headers.authorization = `Bearer ${token}`;
    }
    return Promise.all(
      QUESTIONS.map(async (question) => {
        const response = await fetch(`${nodeRed.url}/${question}`, { headers });
        assert.ok(!(await response.text()).includes(KEY));
        return response.status;
      }),
    );
  }

  it("is nobody without a login", async () => assert.deepEqual(await statusesFor(), [401, 401, 401]));
  it("is not a user who may read other things", async () =>
    assert.deepEqual(await statusesFor("stranger"), [401, 401, 401]));
  it("is a user who may read", async () => assert.deepEqual(await statusesFor("reader"), [200, 200, 404]));
  it("is a user who may do everything", async () =>
    assert.deepEqual(await statusesFor("owner"), [200, 200, 404]));

  describe("in the editor", () => {
    let editor: EditorPage;

    afterEach(() => editor.close());
    const openAs = async (name: string): Promise<void> => {
      editor = await EditorPage.open(nodeRed, "en-US", { name, password: "test" });
    };
    /** One that is offered to be converted. */
    const OLD = {
      id: "old",
      type: "ttn uplink",
      name: "",
      app: "",
      dev_id: "",
      field: "",
      x: 400,
      y: 90,
      wires: [[]],
    };
    const importOld = async (): Promise<void> => {
      await editor.import(JSON.stringify([OLD]));
      await editor.page.locator("#red-ui-workspace-chart").click({ position: { x: 500, y: 400 } });
    };

    for (const [name, mayDeploy] of [
      ["owner", true],
      ["reader", false],
    ] as const)
      it(`is ${mayDeploy ? "" : "not "}offered what needs a deploy or uses the key (${name})`, async () => {
        await openAs(name);
        const form = await editor.openNode("d1");
        await form.locator("#tts-downlink-example").waitFor({ state: "attached" });
        assert.equal(await form.getByRole("button", { name: "Show bytes" }).isVisible(), mayDeploy);
        await editor.cancel();
        await importOld();
        const offer = editor.page.locator(".red-ui-notification").filter({ hasText: /no longer work/ });
        if (mayDeploy) await offer.waitFor();
        else {
          // Longer than it takes to come.
          await editor.page.waitForTimeout(1000);
          assert.equal(await offer.count(), 0);
        }
      });
  });
});
