/**
 * What a supervisor may be started with: what is wrong is said, with what was given.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "../deps.ts";
import { DynamicSupervisor, Process, Supervisor } from "../../mod.ts";
import { runProcess } from "../process/support.ts";

const clerk = { id: "clerk", start: Process.spawnLink(Effect.never) };

/** The failure of an Effect, as text. What untyped callers give is given here. */
const refusal = (run: Effect.Effect<unknown, unknown, unknown>): Promise<string> =>
  runProcess(() => Effect.map(Effect.flip(run as Effect.Effect<unknown, unknown>), String));

const optionsThatAreNone: ReadonlyArray<readonly [options: object | undefined, said: string]> = [
  [undefined, "undefined was given"],
  [{}, "strategy: undefined was given"],
  [{ strategy: "bogus" }, 'strategy: "bogus" was given where "one_for_one", "one_for_all" or "rest_for_one"'],
  [{ maxRestarts: -1 }, "maxRestarts: -1 was given where a whole number of 0 or more belongs"],
  [{ maxRestarts: NaN }, "maxRestarts: NaN was given"],
  [{ maxRestarts: 1.5 }, "maxRestarts: 1.5 was given"],
  [{ maxRestarts: "3" }, 'maxRestarts: "3" was given'],
  [{ maxSeconds: 0 }, "maxSeconds: 0 was given where a number above 0 belongs"],
  [{ maxSeconds: Infinity }, "maxSeconds: Infinity was given"],
  [{ autoShutdown: "always" }, 'autoShutdown: "always" was given'],
  [{ name: 7 }, "name: 7 was given where a text or Registry.via(…) belongs"],
  [{ name: "" }, "a registered name is a text that is not empty"],
];

for (const [options, said] of optionsThatAreNone) {
  Deno.test(`Supervisor.startLink refuses ${Deno.inspect(options)}`, async () => {
    const given = options === undefined || Object.keys(options).length === 0
      ? options
      : { strategy: "one_for_one", ...options };
    const text = await refusal(Supervisor.startLink([clerk], given as never));
    assertStringIncludes(text, "badarg: ");
    assertStringIncludes(text, said);
  });
}

const childrenThatAreNone: ReadonlyArray<readonly [child: object | string, said: string]> = [
  ["Clerk", "was given where a child specification"],
  [{ id: 7 }, "id: 7 was given where a text belongs"],
  [{ start: () => 1 }, "start: [Function: start] was given where an Effect, or [Module.function, args]"],
  [{ start: [() => 1, []] }, "was given where an Effect, or [Module.function, args]"],
  [{ restart: "bogus" }, 'restart: "bogus" was given where "permanent", "transient" or "temporary" belongs'],
  [{ shutdown: -5 }, "shutdown: -5 was given"],
  [{ shutdown: NaN }, "shutdown: NaN was given"],
  [{ shutdown: "soon" }, 'shutdown: "soon" was given where a time, "infinity" or "brutal_kill" belongs'],
  [{ type: "bogus" }, 'type: "bogus" was given'],
  [{ modules: "Clerk" }, 'modules: "Clerk" was given'],
  [{ significant: 3 }, "significant: 3 was given"],
  [{ significant: true }, "make it transient or temporary"],
  [{ significant: true, restart: "temporary" }, "give it autoShutdown"],
];

for (const [child, said] of childrenThatAreNone) {
  const given = (typeof child === "string" ? child : { ...clerk, ...child }) as never;
  Deno.test(`a supervisor refuses the child ${Deno.inspect(child)}, at its start and later`, async () => {
    const first = await refusal(Supervisor.startLink([given], { strategy: "one_for_one" }));
    const later = await refusal(
      Effect.flatMap(
        Supervisor.startLink([], { strategy: "one_for_one" }),
        (supervisor) => Supervisor.startChild(supervisor, given),
      ),
    );
    for (const text of [first, later]) {
      assertStringIncludes(text, "badarg: ");
      assertStringIncludes(text, said);
    }
  });
}

const dynamicOptionsThatAreNone: ReadonlyArray<readonly [options: unknown, said: string]> = [
  [null, "null was given"],
  [{ strategy: "one_for_all" }, 'strategy: "one_for_all" was given where "one_for_one" belongs'],
  [
    { maxChildren: -1 },
    'maxChildren: -1 was given where a whole number of 0 or more, or "infinity", belongs',
  ],
  [{ maxChildren: NaN }, "maxChildren: NaN was given"],
  [{ maxRestarts: -1 }, "maxRestarts: -1 was given"],
  [{ maxSeconds: 0 }, "maxSeconds: 0 was given"],
  [{ extraArguments: "a" }, 'extraArguments: "a" was given'],
];

for (const [options, said] of dynamicOptionsThatAreNone) {
  Deno.test(`DynamicSupervisor.startLink refuses ${Deno.inspect(options)}`, async () => {
    const text = await refusal(DynamicSupervisor.startLink(options as never));
    assertStringIncludes(text, "badarg: ");
    assertStringIncludes(text, said);
  });
}

Deno.test("whom and what is asked is checked", async () => {
  assertStringIncludes(await refusal(Supervisor.countChildren(7 as never)), "7 was given where a server");
  const { terminateChild } = DynamicSupervisor;
  const died = runProcess(() => Effect.sandbox(terminateChild("Sessions", "a" as never)));
  assertEquals(await died.then(() => "lives", String).then((text) => text.includes("a pid belongs")), true);
});

Deno.test("childSpec says some of a specification anew, and leaves the one that was given", () => {
  const changed = Supervisor.childSpec(clerk, { id: "other", restart: "transient" });
  assertEquals(changed, { id: "other", start: clerk.start, restart: "transient" });
  assertEquals(Object.keys(clerk), ["id", "start"]);
});
