/**
 * The interpreter itself: it sees what differs, says where, leaves out what it cannot play, and holds no
 * difference that nothing needs.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { type Case, differences, expectationsOf } from "./differences.ts";
import { check, missingOf, moveToPeer, readCases } from "./interpreter.ts";

const groups = [
  "exits",
  "links",
  "registry",
  "nodes",
  "genserver",
  "supervisor",
  "dynsup",
  "task",
  "task_supervisor",
];
const casesOf = (group: string): ReadonlyArray<Case> =>
  readCases(new URL(`../data/oracle/${group}.json`, import.meta.url));

const made: Case = {
  id: "made/up",
  title: "a process dies of another reason than is observed",
  steps: [
    { op: "spawn", name: "t", node: "@here" },
    { op: "monitor", of: "<t>", ref: "m" },
    { op: "exit", in: "t", reason: "boom" },
    { op: "mailbox", as: "mailbox of self" },
    { op: "state", as: "state of t", of: "t" },
  ],
  observed: [
    { as: "mailbox of self", returns: ["messages", { list: [["DOWN", "#m", "process", "<t>", "bang"]] }] },
    { as: "state of t", returns: ["dead", "boom"] },
  ],
  moved: new Set(),
};

Deno.test("a case fails by naming the step, what was expected and what was observed", async () => {
  await assertRejects(
    () => check(made),
    Error,
    `mailbox of self
  expected {"returns":["messages",{"list":[["DOWN","#m","process","<t>","bang"]]}]}
  observed {"returns":["messages",{"list":[["DOWN","#m","process","<t>","boom"]]}]}`,
  );
});

Deno.test("a case is left out for its operations, also for those of a body", () => {
  const body = [{ op: "never.seen" }, { op: "send", to: "<a>", message: "hello" }];
  const steps = [{ op: "never.heard" }, { op: "spawn", name: "a", body }, { op: "never.heard" }];
  assertEquals(missingOf({ ...made, steps }), ["never.heard", "never.seen"]);
});

Deno.test("a case moves to another node with what names that node, and not when a name is given from here", () => {
  const moved = moveToPeer(made);
  assertEquals(moved?.steps[0], { op: "spawn", name: "t", node: "@peer" });
  assertEquals(moved?.moved, new Set(["t"]));
  const named = { op: "register", pid: "<t>", as_name: "shop" };
  assertEquals(moveToPeer({ ...made, steps: [...made.steps, named] }), undefined);
});

Deno.test("every difference of the table is met in some case", () => {
  const played = groups.flatMap(casesOf).filter((one) => missingOf(one).length === 0);
  const moved = played.flatMap((one) => moveToPeer(one) ?? []);
  const met = new Set([...played, ...moved].flatMap(expectationsOf).map(({ difference }) => difference));
  assertEquals(differences.filter((one) => !met.has(one)).map(({ what }) => what), []);
});
