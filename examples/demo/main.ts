/**
 * The main job: three nodes as three OS processes, every scene of the lesson over real TCP. Exits 0 when all
 * that was observed is what the scenes expect; `--sabotage` makes one node misbehave, and must not.
 *
 * @module
 */
import { type Scene, scenes, type Stage } from "./scenes.ts";
import { Terminal } from "./terminal.ts";

const cookie = "secret_token";

/** A port that nobody listens on. */
const freePort = (): number => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
};

/** The nodes that run, and the place where they find each other. */
class Theatre {
  readonly #mapperPort = freePort();
  readonly #terminals = new Set<Terminal>();

  /** Starts a node, and waits until it answers. */
  async open(name: string, secret: string): Promise<Terminal> {
    const terminal = new Terminal({ name, cookie: secret, mapperPort: this.#mapperPort });
    this.#terminals.add(terminal);
    await terminal.answers("Node.self()", JSON.stringify(name));
    return terminal;
  }

  /** Stops nodes: all of them, where none are named. */
  async close(terminals: Iterable<Terminal> = this.#terminals): Promise<void> {
    await Promise.all([...terminals].map((terminal) => terminal.stop()));
  }
}

/** Plays a scene; what it opened is stopped. */
const play = async (scene: Scene, stage: Omit<Stage, "open">, theatre: Theatre): Promise<void> => {
  const guests: Array<Terminal> = [];
  try {
    await scene.play({
      ...stage,
      open: async (name, secret) => {
        const guest = await theatre.open(name, secret);
        guests.push(guest);
        return guest;
      },
    });
  } finally {
    await theatre.close(guests);
  }
};

const playAll = async (theatre: Theatre, isSabotaged: boolean): Promise<number> => {
  let current = "the start of the three nodes";
  try {
    // The first one serves the port mapper, and stays to the end.
    const alex = await theatre.open("alex@localhost", cookie);
    const [kate, moebi] = await Promise.all([
      theatre.open("kate@localhost", cookie),
      theatre.open("moebi@localhost", cookie),
    ]);
    if (isSabotaged) {
      await kate.answers(
        'defmodule("Chat", { receiveMessage: () => IO.puts("something else") }) && "sabotaged"',
        '"sabotaged"',
      );
    }
    for (const [index, scene] of scenes.entries()) {
      current = scene.title;
      console.log(`\n== ${index + 1}. ${scene.title}`);
      await play(scene, { alex, kate, moebi }, theatre);
    }
    console.log("\nAll scenes were as expected.");
    return 0;
  } catch (error) {
    console.error(`\nFAILED: ${current}\n${error instanceof Error ? error.message : error}`);
    return 1;
  }
};

/** The exit codes of a program that a signal has ended. */
const signals = [["SIGINT", 130], ["SIGTERM", 143]] as const;

const theatre = new Theatre();
const stopped = new Promise<number>((resolve) => {
  for (const [signal, code] of signals) Deno.addSignalListener(signal, () => resolve(code));
});
const code = await Promise.race([playAll(theatre, Deno.args.includes("--sabotage")), stopped]);
await theatre.close();
Deno.exit(code);
