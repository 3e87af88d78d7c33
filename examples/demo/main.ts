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

const open = async (name: string, secret: string, mapperPort: number): Promise<Terminal> => {
  const terminal = new Terminal({ name, cookie: secret, mapperPort });
  await terminal.type("Node.self()");
  await terminal.sees(`"${name}"`);
  return terminal;
};

/** Plays a scene; what it opened is stopped. */
const play = async (scene: Scene, stage: Omit<Stage, "open">, mapperPort: number): Promise<void> => {
  const guests: Array<Terminal> = [];
  try {
    await scene.play({
      ...stage,
      open: async (name, secret) => {
        const guest = await open(name, secret, mapperPort);
        guests.push(guest);
        return guest;
      },
    });
  } finally {
    for (const guest of guests) await guest.stop();
  }
};

const run = async (args: ReadonlyArray<string>): Promise<number> => {
  const mapperPort = freePort();
  const names = ["alex@localhost", "kate@localhost", "moebi@localhost"] as const;
  const opened = await Promise.allSettled(names.map((name) => open(name, cookie, mapperPort)));
  const [alex, kate, moebi] = opened.map((one) => one.status === "fulfilled" ? one.value : undefined);
  let current = "the start of the three nodes";
  try {
    for (const one of opened) if (one.status === "rejected") throw one.reason;
    if (alex === undefined || kate === undefined || moebi === undefined) return 1;
    if (args.includes("--sabotage")) {
      await kate.type(
        'defmodule("Chat", { receiveMessage: () => IO.puts("something else") }) && "sabotaged"',
      );
      await kate.sees('"sabotaged"');
    }
    for (const [index, scene] of scenes.entries()) {
      current = scene.title;
      console.log(`\n== ${index + 1}. ${scene.title}`);
      await play(scene, { alex, kate, moebi }, mapperPort);
    }
    console.log("\nAll scenes were as expected.");
    return 0;
  } catch (error) {
    console.error(`\nFAILED: ${current}\n${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await Promise.all([alex, kate, moebi].map((terminal) => terminal?.stop()));
  }
};

Deno.exit(await run(Deno.args));
