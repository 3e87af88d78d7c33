/**
 * Every difference from the BEAM that is decided, in one table: what differs, why, where (a predicate on the
 * steps and on what was observed, never a case's name), and the outcome expected instead.
 *
 * @module
 */
import { rpcDifferences } from "./rpc_differences.ts";
import { taskDifferences } from "./task_differences.ts";
import { isObject, isSame, type Json, type JsonObject, list } from "./terms.ts";

/** A step of a case. */
export type Step = JsonObject & { readonly op: string };

/** A case, as the oracle's files hold it. */
export interface Case {
  readonly id: string;
  readonly title: string;
  readonly steps: ReadonlyArray<Step>;
  readonly observed: ReadonlyArray<JsonObject>;
  /** Processes that were local when the case was recorded, and are played on another node. */
  readonly moved: ReadonlySet<string>;
}

/** One observation, within its case. */
export interface Seen {
  readonly case: Case;
  /** Which step was observed. */
  readonly at: number;
  readonly step: Step;
  /** What the BEAM did: `returns`, `exits`, `raises`, `throws`, `dies` or `pending`. */
  readonly observed: JsonObject;
}

/** What is decided to differ. */
export interface Difference {
  readonly what: string;
  readonly why: string;
  readonly when: (seen: Seen) => boolean;
  readonly then: (seen: Seen) => JsonObject;
}

const fails = (tag: string): JsonObject => ({ fails: tag });
const returns = (value: Json): JsonObject => ({ returns: value });
const decision = (number: number): string => `DESIGN, section 3, decision ${number}`;
const truth = (number: number): string => `DESIGN, section 4, difference ${number}`;

const before = ({ case: { steps }, at }: Seen): ReadonlyArray<Step> => steps.slice(0, at);
const processOf = (step: Step): Json => step["in"] ?? "self";
const isSpawn = (step: Step): boolean => step.op === "spawn" || step.op === "spawn_mfa";

/** The node that a process of the case was made on with `peer.spawn`, as it was started. */
const startOfNode = (steps: ReadonlyArray<Step>, label: Json | undefined): Step | undefined =>
  steps.find((step) => step.op === "peer.start" && step["node"] === label);

const isUnnamed = (steps: ReadonlyArray<Step>, process: Json): boolean => {
  const made = steps.find((step) => step.op === "peer.spawn" && step["name"] === process);
  const isNamedLater = steps.some((step) => step.op === "node.start" && processOf(step) === process);
  return startOfNode(steps, made?.["node"])?.["unnamed"] === true && !isNamedLater;
};

/** Whether a spawn is on a node that cannot be connected. */
const isInVain = (steps: ReadonlyArray<Step>, step: Step): boolean => {
  const { node } = step;
  if (!isSpawn(step) || node === undefined) return false;
  return node === "@absent" || startOfNode(steps, node)?.["cookie"] !== undefined ||
    isUnnamed(steps, processOf(step));
};

/** The processes that were never made. */
const neverMade = ({ case: { steps } }: Seen): ReadonlyArray<string> =>
  steps.filter((step) => isInVain(steps, step)).map((step) => `<${step["name"]}>`);

/** Whether that text stands anywhere in the JSON. */
const mentions = (json: Json, texts: ReadonlyArray<string>): boolean => {
  if (typeof json === "string") return texts.includes(json);
  if (typeof json !== "object" || json === null) return false;
  return Object.values(json).some((part) => mentions(part, texts));
};

/** What a mailbox was seen to hold. */
export const messagesOf = (observed: JsonObject): ReadonlyArray<Json> | undefined => {
  const answer = observed["returns"];
  if (!Array.isArray(answer) || answer[0] !== "messages" || !isObject(answer[1])) return undefined;
  const { list: messages } = answer[1];
  return Array.isArray(messages) ? messages : undefined;
};

/** The same JSON with one part exchanged for another. */
const exchange = (json: Json, from: Json, to: Json): Json => {
  if (isSame(json, from)) return to;
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((part) => exchange(part, from, to));
  return exchangeIn(json as JsonObject, from, to);
};

const exchangeIn = (object: JsonObject, from: Json, to: Json): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, part]) => [key, exchange(part, from, to)]));

/** `<name>` of a step's field, when it is one of the processes that were moved. */
const movedIn = ({ case: { moved } }: Seen, json: Json | undefined): boolean =>
  typeof json === "string" && moved.has(json.slice(1, -1));

const uncaughtThrows = ({ case: { steps } }: Seen): ReadonlyArray<Json> => steps.flatMap(throwsIn);

/** The values that a step throws, or one of a body in it. */
const throwsIn = (step: Json): ReadonlyArray<Json> => {
  if (typeof step !== "object" || step === null) return [];
  const inner = Object.values(step).flatMap(throwsIn);
  return "op" in step && step["op"] === "throw" ? [step["value"] ?? null, ...inner] : inner;
};

const uncaught = (value: Json): Json => [["nocatch", value], "stacktrace"];

const thrownAsText = (seen: Seen, observed: JsonObject): JsonObject =>
  uncaughtThrows(seen).reduce<JsonObject>(
    (changed, value) =>
      exchangeIn(changed, uncaught(value), [{ error: "Error", message: `:${value}` }, "stacktrace"]),
    observed,
  );

/** Whether a step before made the link to a dead process of another node that kills its maker. */
const linkedInVain = (seen: Seen): boolean => {
  const { case: { steps, observed }, step } = seen;
  return steps.some((one) =>
    one.op === "link" && movedIn(seen, one["to"]) && processOf(one) === step["of"] &&
    observed.some((other) => other["as"] === one["as"] && other["reason"] === "noproc")
  );
};

/** `[reason, [module, function, {list: args}]]`, as Elixir wraps the reason of a call that failed: the reason. */
export const unwrapped = (json: Json): Json => {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) {
    const [reason, call] = json;
    return json.length === 2 && isCall(call) ? unwrapped(reason ?? null) : json.map(unwrapped);
  }
  return Object.fromEntries(Object.entries(json).map(([key, part]) => [key, unwrapped(part)]));
};

const isCall = (json: Json | undefined): boolean => {
  if (!Array.isArray(json) || json.length !== 3) return false;
  const [module, name, args] = json;
  const isModule = typeof module === "string" && /^([A-Z]|sys$)/.test(module);
  return isModule && typeof name === "string" && isObject(args) && Array.isArray(args["list"]);
};

const isWrapped = (json: Json): boolean => !isSame(json, unwrapped(json));

/** Whether a task was awaited that itself ended with `noproc`: a supervisor that is not there is met before `await`. */
const isOwnNoproc = ({ exits }: JsonObject): boolean =>
  Array.isArray(exits) && exits[0] === "noproc" && Array.isArray(exits[1]) && exits[1][0] === "Task" &&
  exits[1][1] === "await";

/** The failures that are classes of their own, by the reason with which the BEAM exits. */
export const tagOfExit = (reason: Json | undefined): string | undefined => {
  if (reason === "noproc" || reason === "timeout") return reason;
  if (!Array.isArray(reason)) return undefined;
  return reason[0] === "nodedown"
    ? "noconnection"
    : isSame(reason, ["undef", "stacktrace"])
    ? "undef"
    : undefined;
};

/** Whether that process has made a `start_link` that the BEAM killed it for. */
const hasFailedToStart = (seen: Seen): boolean => {
  const { case: { steps, observed }, step } = seen;
  return steps.some((one) =>
    one.op === "genserver.start_link" && processOf(one) === step["of"] &&
    observed.some((other) => other["as"] === one["as"] && other["dies"] !== undefined)
  );
};

/** The table; the first that applies counts. */
export const differences: ReadonlyArray<Difference> = [
  ...taskDifferences,
  ...rpcDifferences,
  {
    what: "a start_link that fails, fails typed, and kills nobody behind its back",
    why: truth(4),
    when: ({ step, observed }) => step.op === "genserver.start_link" && observed["dies"] !== undefined,
    then: ({ observed }) => returns(["error", observed["dies"] ?? null]),
  },
  {
    what: "and so its caller lives",
    why: truth(4),
    when: (seen) => seen.step.op === "state" && hasFailedToStart(seen),
    then: () => returns("alive"),
  },
  {
    what:
      "a failed call says in its operation who was called: its reason is bare, and some have their own class",
    why: decision(5),
    when: ({ observed }) => isWrapped(observed),
    then: (seen) => {
      const bare = unwrapped(seen.observed) as JsonObject;
      const tag = isOwnNoproc(seen.observed) ? undefined : tagOfExit(bare["exits"]);
      return tag === undefined ? thrownAsText(seen, bare) : fails(tag);
    },
  },
  {
    what: "a spawn on a node that cannot be connected fails, and gives no dead pid",
    why: truth(3),
    when: (seen) => isInVain(seen.case.steps, seen.step),
    then: () => fails("noconnection"),
  },
  {
    what: "of a process that was never made no message tells",
    why: truth(3),
    when: (seen) => mentions(messagesOf(seen.observed) ?? [], neverMade(seen)),
    then: (seen) => {
      const absent = neverMade(seen);
      const messages = messagesOf(seen.observed) ?? [];
      return returns(["messages", list(messages.filter((message) => !mentions(message, absent)))]);
    },
  },
  {
    what: "nothing can be asked of a process that was never made",
    why: truth(3),
    when: (seen) => mentions(seen.step, neverMade(seen)),
    then: () => ({ unplayable: true }),
  },
  {
    what: "to a program that is no node every other is an absent one: a monitor there is made, and fires",
    why: decision(7),
    when: ({ case: { steps }, step, observed }) =>
      step.op === "monitor" && observed["raises"] === "ArgumentError" && isUnnamed(steps, processOf(step)),
    then: ({ step }) => returns(`#${step["ref"]}`),
  },
  {
    what: "and its DOWN comes with noconnection",
    why: decision(7),
    when: (seen) => {
      const { case: { steps }, step } = seen;
      return step.op === "mailbox" && isUnnamed(steps, processOf(step)) &&
        before(seen).some((one) => one.op === "monitor" && processOf(one) === processOf(step));
    },
    then: (seen) => {
      const monitors = before(seen).filter((one) =>
        one.op === "monitor" && processOf(one) === processOf(seen.step)
      );
      const downs = monitors.map((one) =>
        ["DOWN", `#${one["ref"]}`, "process", one["of"] ?? null, "noconnection"] satisfies Json
      );
      return returns(["messages", list([...messagesOf(seen.observed) ?? [], ...downs])]);
    },
  },
  {
    what: "Node.connect that does not connect fails and says why",
    why: decision(5),
    when: ({ step, observed }) => step.op === "node.connect" && observed["returns"] === false,
    then: () => fails("noconnection"),
  },
  {
    what: "Node.start of a node that is started fails typed",
    why: decision(5),
    when: ({ step, observed }) =>
      step.op === "node.start" && isSame(["error", ["already_started", "<?>"]], observed["returns"] ?? null),
    then: () => fails("already_started"),
  },
  {
    what: "Node.stop of a program that is no node fails typed",
    why: decision(5),
    when: ({ step, observed }) =>
      step.op === "node.stop" && isSame(["error", "not_found"], observed["returns"] ?? null),
    then: () => fails("badarg"),
  },
  {
    what: "there is one way to become a node, so Node.stop stops each",
    why: decision(7),
    when: ({ step, observed }) =>
      step.op === "node.stop" && isSame(["error", "not_allowed"], observed["returns"] ?? null),
    then: () => returns("ok"),
  },
  {
    what: "and after Node.stop a node is none, however it was started",
    why: decision(7),
    when: (seen) =>
      seen.step.op === "node.alive" && seen.observed["returns"] === true &&
      before(seen).some((one) => one.op === "node.stop" && processOf(one) === processOf(seen.step)),
    then: () => returns(false),
  },
  {
    what: "a value that is thrown and is no error is a defect like any other, with its text",
    why: decision(4),
    when: (seen) => uncaughtThrows(seen).some((value) => mentionsPart(seen.observed, uncaught(value))),
    then: (seen) => thrownAsText(seen, seen.observed),
  },
  {
    what: "played on another node: a link to a dead process is made, and its maker told by an exit signal",
    why: "seen in the oracle itself, of remote processes",
    when: (seen) =>
      seen.step.op === "link" && movedIn(seen, seen.step["to"]) && seen.observed["reason"] === "noproc",
    then: () => returns(true),
  },
  {
    what: "played on another node: who links to a dead process and does not trap exits dies of noproc",
    why: "seen in the oracle itself, of remote processes",
    when: (seen) => seen.step.op === "state" && seen.observed["returns"] === "alive" && linkedInVain(seen),
    then: () => returns(["dead", "noproc"]),
  },
  {
    what: "played on another node: of processes there nothing can be asked from here",
    why: "seen in the oracle itself, of remote processes",
    when: (seen) =>
      (seen.step.op === "alive" || seen.step.op === "info") && movedIn(seen, seen.step["of"]) &&
      !seen.case.moved.has(String(processOf(seen.step))),
    then: () => fails("badarg"),
  },
  {
    what: "played on another node: who has a name there is not known here, so whereis gives it back",
    why: "seen in the oracle itself, of remote names",
    when: ({ step: { op, to }, observed }) =>
      op === "genserver.whereis" && observed["returns"] === null && Array.isArray(to) && to[1] !== "@here",
    then: ({ step }) => returns(step["to"] ?? null),
  },
  {
    what: "where the BEAM raises ErlangError with noproc, the failure is noproc",
    why: decision(5),
    when: ({ observed }) => observed["raises"] === "ErlangError" && observed["reason"] === "noproc",
    then: () => fails("noproc"),
  },
  {
    what: "where the BEAM raises ArgumentError, the failure is badarg",
    why: truth(3),
    when: ({ observed: { raises } }) => raises === "ArgumentError" || raises === "FunctionClauseError",
    then: () => fails("badarg"),
  },
];

const mentionsPart = (json: Json, part: Json): boolean => {
  if (isSame(json, part)) return true;
  if (typeof json !== "object" || json === null) return false;
  return Object.values(json).some((inner) => mentionsPart(inner, part));
};

/** What is expected of a step, and the difference that made it so, if one did. */
export interface Expectation {
  readonly as: string;
  /** One of these. */
  readonly outcomes: ReadonlyArray<JsonObject>;
  readonly difference: Difference | undefined;
}

/** What is expected of a case: what was observed, but for the differences that are decided. */
export const expectationsOf = (one: Case): ReadonlyArray<Expectation> =>
  one.observed.map((observation) => {
    const { as, message: _forTheReader, any_of, ...observed } = observation;
    const observer = one.steps.find((step) => step["as"] === as);
    // What is collected is what was done meanwhile.
    const begun = one.steps.find((step) => observer?.op === "result" && step["bg"] === observer["of"]);
    const step = begun ?? observer;
    const at = one.steps.findIndex((other) => other === step);
    if (typeof as !== "string" || step === undefined) {
      throw new Error(`${one.id}: no step is observed as ${as}`);
    }
    const seen: Seen = { case: one, at, step, observed };
    const difference = differences.find(({ when }) => when(seen));
    if (difference !== undefined) return { as, outcomes: [difference.then(seen)], difference };
    const outcomes = Array.isArray(any_of) ? any_of.filter(isObject) : [observed];
    return { as, outcomes, difference };
  });
