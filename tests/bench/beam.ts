/**
 * Finds Elixir, and keeps a port mapper of its own for the nodes that the bench starts on it.
 *
 * @module
 */
import { freePort } from "../free_port.ts";
import { eventually } from "../waiting.ts";
import type { Beam } from "./crew.ts";

/** Elixir as it is installed, with a mapper that runs until `end`. */
export interface FoundBeam extends Beam {
  end(): Promise<void>;
}

const output = async (command: string): Promise<string | undefined> => {
  const { success, stdout } = await new Deno.Command("sh", { args: ["-c", command], stderr: "null" })
    .output();
  return success ? new TextDecoder().decode(stdout).trim() : undefined;
};

/** Looks for Elixir on the path; `undefined` when there is none. */
export const findBeam = async (): Promise<FoundBeam | undefined> => {
  if (await output("command -v elixir") === undefined) return undefined;
  const versions = await output("elixir --version") ?? "";
  const version = [/Erlang\/OTP \d+/, /Elixir [\d.]+/].map((part) => part.exec(versions)?.[0]).join(", ");
  const mapperPort = freePort();
  // Ends with its standard input, so also when the bench is killed.
  const mapper = new Deno.Command("sh", {
    args: ["-c", `epmd -address 127.0.0.1 -port ${mapperPort} & read -r _; kill $!; wait`],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await answers(mapperPort);
  return {
    version,
    mapperPort,
    end: async () => {
      await mapper.stdin.close();
      await mapper.status;
    },
  };
};

/** Waits until someone listens on a port. */
const answers = async (port: number): Promise<void> => {
  await eventually(`an answer of epmd on port ${port}`, async () => {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    } catch {
      return false;
    }
  });
};
