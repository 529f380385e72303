import assert from "node:assert/strict";
import { GatewayReports } from "../../src/account/gatewayReports";
import type { GatewayReport } from "../../src/devices/gatewayWatch";
import type { StackApi } from "../../src/diagnosis/stackApi";

type GatewayApi = Pick<StackApi, "gatewayStatistics" | "followGateways">;
type Found = Awaited<ReturnType<StackApi["gatewayStatistics"]>>;

const refused = (status: number, name: string): Found => ({
  ...{ answer: "refused", status, name },
  error: { name },
});
const CLOSED = refused(403, "no_gateway_rights");
const GONE = refused(404, "not_connected");
const CONNECTED: Found = { answer: "ok", connectedAt: 5 };

/** An API that answers at once, and all that was asked and told; rounds follow one another without a pause. */
class Rounds {
  readonly asked: string[] = [];
  readonly told: { readonly id: string; readonly report: GatewayReport }[] = [];
  readonly #reports: GatewayReports;
  #round = 0;
  #until: { readonly round: number; readonly resolve: () => void } | undefined;
  atATime = 0;
  most = 0;

  /** The gateways of each stream of events that was opened. */
  readonly streams: (readonly string[])[] = [];
  open = 0;
  /** The gateway of which each stream tells, once, and why it has disconnected. */
  changed = "";
  because: string | undefined;
  readonly #api: GatewayApi;

  constructor(ids: readonly string[], answer: (id: string) => Found) {
    this.#api = {
      gatewayStatistics: (id) => this.#answer(id, answer(id)),
      followGateways: (followed, onChange) => {
        if (this.changed !== "") setImmediate(onChange, this.changed, this.because);
        this.streams.push(followed);
        this.open += 1;
        return () => (this.open -= 1);
      },
    };
    this.#reports = new GatewayReports({
      api: () => {
        this.#round += 1;
        if (this.#until && this.#round > this.#until.round) {
          this.#until.resolve();
          return undefined;
        }
        return this.#api;
      },
      ids: () => ids,
      onReport: (id, report) => this.told.push({ id, report }),
      pause: 0,
      again: 0,
    });
  }

  async #answer(id: string, found: Found): Promise<Found> {
    this.asked.push(id);
    this.most = Math.max(this.most, (this.atATime += 1));
    await new Promise(setImmediate);
    this.atATime -= 1;
    return found;
  }

  /** When so many rounds are over. */
  async over(round: number): Promise<this> {
    await new Promise<void>((resolve) => (this.#until = { round, resolve }));
    this.#reports.end();
    return this;
  }

  count(id: string): number {
    return this.asked.filter((one) => one === id).length;
  }
}

describe("the reports of gateways", () => {
  it("come of each in every round, four questions at a time", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `gateway-${index}`);
    const rounds = await new Rounds(ids, () => CONNECTED).over(3);
    assert.deepEqual(rounds.asked.slice(0, 20).sort(), [...ids].sort());
    assert.equal(rounds.count("gateway-19"), 3);
    assert.equal(rounds.most, 4);
    const { report } = rounds.told[0] ?? {};
    assert.equal(report?.report === "connected" && report.statistics.connectedAt, 5);
  });

  it("come of two hundred in a round, which take turns", async () => {
    const ids = Array.from({ length: 500 }, (_, index) => `gateway-${index}`);
    const rounds = await new Rounds(ids, () => CONNECTED).over(5);
    assert.equal(rounds.asked.length, 1_000);
    assert.deepEqual([...new Set(rounds.asked)].sort(), [...ids].sort());
  });

  it("pause for sixty rounds, an hour, where the status is not public", async () => {
    const rounds = await new Rounds(["closed", "open"], (id) => (id === "open" ? CONNECTED : CLOSED)).over(
      61,
    );
    assert.equal(rounds.count("closed"), 2);
    assert.equal(rounds.count("open"), 61);
    assert.deepEqual(rounds.told.find(({ id }) => id === "closed")?.report, { report: "unknown" });
  });

  it("go on where the stack cannot answer just now", async () => {
    for (const answer of [refused(429, "too_many_requests"), refused(503, "unavailable")]) {
      const rounds = await new Rounds(["roof"], () => answer).over(3);
      assert.equal(rounds.count("roof"), 3);
      assert.deepEqual(rounds.told[0]?.report, { report: "unknown" });
    }
  });

  it("say that it is not connected, each time", async () => {
    const { told } = await new Rounds(["roof"], () => GONE).over(2);
    assert.deepEqual(
      told.map(({ report }) => report),
      [{ report: "not_connected" }, { report: "not_connected" }],
    );
  });

  it("say so of one whose statistics tell that it disconnected after it connected", async () => {
    const at = (connectedAt: number, disconnectedAt: number): Found => ({
      ...{ answer: "ok", connectedAt, disconnectedAt },
      disconnectReason: "expired",
    });
    const gone = await new Rounds(["roof"], () => at(5, 6)).over(1);
    assert.deepEqual(gone.told[0]?.report, { report: "not_connected", disconnectReason: "expired" });
    const back = await new Rounds(["roof"], () => at(7, 6)).over(1);
    assert.equal(back.told[0]?.report.report, "connected");
  });

  it("follow the events of those whose status is public, in one stream", async () => {
    const answers = new Map([
      ["roof", CONNECTED],
      ["yard", GONE],
      ["closed", CLOSED],
    ]);
    const ids = [...answers.keys()];
    const rounds = await new Rounds(ids, (id) => answers.get(id) ?? CLOSED).over(3);
    assert.deepEqual(rounds.streams, [["roof", "yard"]]);
    assert.equal(rounds.open, 0);
  });

  it("follow others when others are watched, or their status is no longer public", async () => {
    const ids = ["roof"];
    let answers = 0;
    const rounds = await new Rounds(ids, (id) => {
      answers += 1;
      if (answers === 2) ids.push("yard");
      return answers > 4 && id === "roof" ? CLOSED : CONNECTED;
    }).over(5);
    assert.deepEqual(rounds.streams, [["roof"], ["roof", "yard"], ["yard"]]);
    assert.equal(rounds.open, 0);
  });

  it("come at once of a gateway that has connected or disconnected, and once more a little later", async () => {
    const rounds = new Rounds(["roof", "yard"], () => CONNECTED);
    rounds.changed = "yard";
    await rounds.over(4);
    assert.equal(rounds.count("yard") - rounds.count("roof"), 2);
  });

  it("have the reason that the stream tells, as long as it is not connected", async () => {
    let answers = 0;
    const answerOf = (): Found => ((answers += 1) < 5 ? GONE : answers === 5 ? CONNECTED : GONE);
    const rounds = new Rounds(["roof"], answerOf);
    rounds.changed = "roof";
    rounds.because = "connection expired";
    const { told } = await rounds.over(6);
    assert.deepEqual(
      told
        .slice(0, 6)
        .map(({ report }) => ("disconnectReason" in report ? report.disconnectReason : report.report)),
      [
        "not_connected",
        ...Array.from({ length: 3 }, () => "connection expired"),
        ...["connected", "not_connected"],
      ],
    );
  });

  it("follow a hundred at most", async () => {
    const ids = Array.from({ length: 150 }, (_, index) => `gateway-${index}`);
    const rounds = await new Rounds(ids, () => CONNECTED).over(2);
    assert.deepEqual(
      rounds.streams.map(({ length }) => length),
      [100],
    );
  });

  it("end", async () => {
    const rounds = await new Rounds(["roof"], () => CONNECTED).over(1);
    const before = rounds.asked.length;
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    assert.equal(rounds.asked.length, before);
  });
});
