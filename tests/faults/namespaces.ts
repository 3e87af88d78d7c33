/**
 * Two network namespaces that a virtual cable joins, each with an address of its own.
 *
 * @module
 */

/** Runs `ip`; what it says is wrong, when it fails. */
const ip = async (...args: ReadonlyArray<string>): Promise<string | undefined> => {
  try {
    const { success, stderr } = await new Deno.Command("ip", { args: [...args], stdout: "null" }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim() || `ip ${args.join(" ")} failed`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no ip command";
    throw error;
  }
};

/** A namespace at one end of the cable. */
export interface Place {
  readonly namespace: string;
  readonly address: string;
}

/** Two places and their cable, which is out at first. */
export class Cable {
  readonly one: Place;
  readonly other: Place;

  private constructor(mark: string) {
    this.one = { namespace: `${mark}-1`, address: "10.99.0.1" };
    this.other = { namespace: `${mark}-2`, address: "10.99.0.2" };
  }

  /** Lays one; what is wrong, and nothing is left, where that cannot be. */
  static async lay(): Promise<Cable | string> {
    const cable = new Cable(`spawnlink-${crypto.randomUUID().slice(0, 8)}`);
    const { one, other } = cable;
    const steps = [
      ["netns", "add", one.namespace],
      ["netns", "add", other.namespace],
      [
        "-n",
        one.namespace,
        "link",
        "add",
        "cable",
        "type",
        "veth",
        "peer",
        "cable",
        "netns",
        other.namespace,
      ],
      ...[one, other].flatMap(({ namespace, address }) => [
        ["-n", namespace, "link", "set", "lo", "up"],
        ["-n", namespace, "address", "add", `${address}/24`, "dev", "cable"],
        // What runs there can be started.
        ["netns", "exec", namespace, "true"],
      ]),
      ["-n", other.namespace, "link", "set", "cable", "up"],
    ];
    for (const step of steps) {
      const problem = await ip(...step);
      if (problem === undefined) continue;
      await cable.remove();
      return problem;
    }
    return cable;
  }

  /** Plugs it in or pulls it out, at one end. */
  async plug(state: "in" | "out"): Promise<void> {
    const problem = await ip(
      "-n",
      this.one.namespace,
      "link",
      "set",
      "cable",
      state === "in" ? "up" : "down",
    );
    if (problem !== undefined) throw new Error(problem);
  }

  /** Takes all away: the cable goes with its ends. */
  async remove(): Promise<void> {
    for (const { namespace } of [this.one, this.other]) await ip("netns", "delete", namespace);
  }
}
