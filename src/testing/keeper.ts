/**
 * The program that keeps a peer: it starts it, passes its output on and signals to it, and kills it when its own
 * input ends; so also when the test's process dies, and though the peer is stopped or too busy to notice.
 *
 * Its arguments are the peer's command. Its input is a signal a line. Its output is a line for each of the peer's,
 * after `o` for standard output or `e` for standard error; `!` when a signal is sent; `x` and the peer's exit code
 * in the end.
 *
 * @module
 */
import { linesOf } from "../cli/lines.ts";

/** What the peer's output is waited for after its end, in milliseconds, where something else has it open still. */
const lastOutput = 500;
const encoder = new TextEncoder();

/** Says something to the test; whether there is anyone left to say it to is seen by the end of the input. */
const say = (text: string): void => {
  let bytes = encoder.encode(`${text}\n`);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  } catch {
    // The test is gone.
  }
};

const follow = async (output: ReadableStream<Uint8Array>, mark: string): Promise<void> => {
  for await (const line of linesOf(output)) say(mark + line);
};

// What a terminal sends to all of its programs ends the test, and that is seen by the end of the input.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  if (Deno.build.os !== "windows" || signal === "SIGINT") Deno.addSignalListener(signal, () => {});
}

const [command = Deno.execPath(), ...args] = Deno.args;
const child = new Deno.Command(command, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();

const kill = (signal: Deno.Signal): void => {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
};

const listen = async (): Promise<void> => {
  for await (const line of linesOf(Deno.stdin.readable)) {
    kill(line as Deno.Signal);
    say("!");
  }
  kill("SIGKILL");
};

void listen();
const followed = Promise.all([follow(child.stdout, "o"), follow(child.stderr, "e")]);
const { code } = await child.status;
await Promise.race([followed, new Promise((resolve) => setTimeout(resolve, lastOutput))]);
say(`x${code}`);
Deno.exit(0);
