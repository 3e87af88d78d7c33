/**
 * Cores for the two ends of a remote row. Where the system puts them decides by a factor of three how fast an
 * echo is, so all sides of a row are placed alike.
 *
 * @module
 */

/** Which end of a row an OS process is; `alone` is left to the system. */
export type End = "server" | "client" | "alone";

/** How the ends are placed: each on a core of its own, both on one, or as the system likes. */
export type Placement = "apart" | "together" | "free";

/** The words before a command that put an end where it belongs. */
export type Pinning = (end: End) => ReadonlyArray<string>;

/** The pinning for a placement; none where there is no `taskset`, or only one core for `apart`. */
export const pinningOf = async (
  placement: Placement,
): Promise<{ readonly pinning: Pinning; readonly text: string }> => {
  const [first, last] = placement === "free" ? [] : await allowedCores();
  const isPossible = first !== undefined && last !== undefined &&
    (placement === "together" || first !== last);
  if (!isPossible) return { pinning: () => [], text: "nobody is pinned to a core" };
  const core = { server: first, client: placement === "together" ? first : last ?? first };
  return {
    pinning: (end) => end === "alone" ? [] : ["taskset", "-c", String(core[end])],
    text: `both ends of remote rows are pinned ${
      placement === "apart" ? "to a core each" : "to one core"
    }, local rows to none`,
  };
};

/** The first and the last core that this process may run on. */
const allowedCores = async (): Promise<ReadonlyArray<number>> => {
  const command = new Deno.Command("sh", { args: ["-c", "taskset -cp $$"], stderr: "null" });
  const { success, stdout } = await command.output();
  const list = /: ([\d,-]+)\s*$/.exec(new TextDecoder().decode(stdout))?.[1];
  if (!success || list === undefined) return [];
  const numbers = list.split(/[,-]/).map(Number);
  return numbers.filter((_, index) => index === 0 || index === numbers.length - 1);
};
