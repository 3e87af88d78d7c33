/**
 * The examples in a module's comments, as a test (ExUnit's `doctest`).
 *
 * @module
 */
import { isGranted } from "../cli/permission.ts";
import { Effect } from "../deps/effect.ts";
import { NoPermission } from "../term/errors.ts";
import { test, type TestOptions } from "./test.ts";

/** Examples that do not hold, or none at all; the message is what Deno says of them. */
class DocTestFailed extends Error {
  override readonly name = "DocTestFailed";
}

/**
 * Registers a test that runs the examples in a module's JSDoc, each a program of its own (`doctest/2`): what
 * `deno test --doc FILE` does, beside the tests of the module. It fails when an example does, and when there is
 * none.
 *
 * @example
 * ```ts ignore
 * doctest(import.meta.resolve("./chat.ts"));
 * ```
 *
 * @param module The module's address. Running it needs `--allow-run`; the failure names the flag.
 * @param options As for {@link test}.
 */
export const doctest = (module: string | URL, options: TestOptions = {}): void => {
  const address = String(module);
  const name = `doctest ${address.slice(address.lastIndexOf("/") + 1)}`;
  test(name, options, Effect.suspend(() => examplesOf(address, name)));
};

const examplesOf = (
  address: string,
  operation: string,
): Effect.Effect<void, NoPermission | DocTestFailed> => {
  const deno = Deno.execPath();
  if (!isGranted({ name: "run", command: deno })) {
    return Effect.fail(new NoPermission({ operation, flag: `--allow-run=${deno}` }));
  }
  const command = new Deno.Command(deno, {
    args: ["test", "-A", "--no-check", "--doc", address],
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  return Effect.flatMap(Effect.promise(() => command.output()), ({ success, stdout, stderr }) => {
    const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim();
    if (!success) return Effect.fail(new DocTestFailed(text));
    return /^ok \| [1-9]/m.test(text) ? Effect.void : Effect.fail(
      new DocTestFailed(`${address} has no examples: write one into a comment, after @example`),
    );
  });
};
