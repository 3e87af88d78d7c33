/**
 * What is decided to differ from the BEAM in `rpc` and `erpc`: every failure of theirs is typed.
 *
 * @module
 */
import type { Difference, Seen } from "./differences.ts";
import type { Json, JsonObject } from "./terms.ts";

const typed = "DESIGN, section 3, decision 5";

/** What a function's end is to who called it. */
const failing = (reason: Json | undefined): JsonObject => {
  const [first] = Array.isArray(reason) ? reason : [];
  return first === "undef" ? { fails: "undef" } : { exits: reason ?? null };
};

const badrpcOf = ({ step, observed }: Seen): Json | undefined => {
  const answer = observed["returns"];
  return step.op === "rpc" && Array.isArray(answer) && answer[0] === "badrpc" ? answer[1] : undefined;
};

const isOfErpc = ({ step }: Seen): boolean => step.op === "erpc";
const calls = ({ step }: Seen): boolean => step.op === "rpc" || step.op === "erpc";

const tagOf = (reason: Json | undefined): JsonObject => ({
  fails: reason === "nodedown" ? "noconnection" : String(reason),
});

/** The table; the first that applies counts. */
export const rpcDifferences: ReadonlyArray<Difference> = [
  {
    what: "where rpc answers {badrpc, reason}, it fails typed",
    why: typed,
    when: (seen) => badrpcOf(seen) !== undefined,
    then: (seen) => {
      const reason = badrpcOf(seen);
      return Array.isArray(reason) && reason[0] === "EXIT" ? failing(reason[1]) : tagOf(reason);
    },
  },
  {
    what:
      "a value that is thrown and is no error is a defect like any other, also to who called the function",
    why: "DESIGN, section 3, decision 4",
    when: (seen) => calls(seen) && seen.step["module"] === "erlang" && seen.step["function"] === "throw",
    then: ({ observed }) => {
      const value = observed["throws"] ?? observed["returns"];
      return { exits: [{ error: "Error", message: `:${value}` }, "stacktrace"] };
    },
  },
  {
    what: "where erpc raises {erpc, reason} or {exception, reason, stack}, it fails typed",
    why: typed,
    when: (seen) => isOfErpc(seen) && Array.isArray(seen.observed["reason"]),
    then: ({ observed }) => {
      const [kind, reason, stack] = Array.isArray(observed["reason"]) ? observed["reason"] : [];
      return kind === "exception" ? failing([reason ?? null, stack ?? null]) : tagOf(reason);
    },
  },
  {
    what: "where erpc exits with {exception, reason}, the reason is the failure's",
    why: typed,
    when: (seen) => isOfErpc(seen) && Array.isArray(seen.observed["exits"]),
    then: ({ observed }) => failing(Array.isArray(observed["exits"]) ? observed["exits"][1] : undefined),
  },
];
