/**
 * What is decided to differ from the BEAM in tasks: they are values, whose owner is told of their end by them.
 *
 * @module
 */
import { type Difference, messagesOf, type Seen, type Step, tagOfExit, unwrapped } from "./differences.ts";
import { isObject, isSame, type Json, type JsonObject, list } from "./terms.ts";

const kept = "DESIGN, section 4, difference 1";
const later = "DESIGN, section 4, difference 2";

const processOf = (step: Step): Json => step["in"] ?? "self";

const makesTask = ({ op }: Step): boolean =>
  op === "task.async" || op === "task.completed" || /^tsup\.async(_nolink|_mfa|_linked_mfa)?$/.test(op);
const makesLinked = ({ op }: Step): boolean =>
  op === "task.async" || op === "tsup.async" || op === "tsup.async_linked_mfa";
const streams = ({ op }: Step): boolean => /async_stream(_nolink)?$/.test(op);
const looksAtTask = ({ op }: Step): boolean => /^task\.(await|yield|shutdown|ignore)$/.test(op);

const before = ({ case: { steps }, at }: Seen): ReadonlyArray<Step> => steps.slice(0, at);
const tasksOf = ({ case: { steps } }: Seen, by: Json): ReadonlyArray<Step> =>
  steps.filter((step) => makesTask(step) && processOf(step) === by);
const makerOf = ({ case: { steps }, step }: Seen): Step | undefined =>
  steps.find((one) => makesTask(one) && one["name"] === step["task"]);

/** What the steps of a body come to, and how long they sleep. */
interface End {
  readonly outcome: { readonly value: Json } | { readonly reason: Json };
  readonly milliseconds: number;
}

const endOf = (body: Json | undefined): End | undefined => {
  let milliseconds = 0;
  for (const step of Array.isArray(body) ? body : []) {
    if (!isObject(step)) return undefined;
    const { op, ms } = step;
    if (op === "sleep" && typeof ms === "number") milliseconds += ms;
    else if (op === "return") return { outcome: { value: step["value"] ?? null }, milliseconds };
    else if (op === "exit") return { outcome: { reason: step["reason"] ?? null }, milliseconds };
    else if (op === "raise") {
      const error = { error: "RuntimeError", message: step["message"] ?? null };
      return { outcome: { reason: [error, "stacktrace"] }, milliseconds };
    } else if (op === "self_signal" && step["reason"] === "kill") {
      return { outcome: { reason: "killed" }, milliseconds };
    } else if (op === "throw") {
      return { outcome: { reason: [["nocatch", step["value"] ?? null], "stacktrace"] }, milliseconds };
    } else if (op !== "log" && op !== "trap") return undefined;
  }
  return { outcome: { value: "ok" }, milliseconds };
};

/** How the failure of a reason is observed. */
const failing = (given: Json): JsonObject => {
  const [thrown, trace] = Array.isArray(given) ? given : [];
  const isThrown = Array.isArray(thrown) && thrown[0] === "nocatch" && trace === "stacktrace";
  // A thrown value is a defect like any other, with its text.
  const reason: Json = isThrown ? [{ error: "Error", message: `:${thrown[1]}` }, "stacktrace"] : given;
  const tag = reason === "noconnection" ? reason : tagOfExit(reason);
  return tag === undefined ? { exits: reason } : { fails: tag };
};

/** How a look at a task is answered once the task has ended. */
const answerTo = (step: Step, { outcome }: End): JsonObject => {
  if (step.op === "task.await") {
    return "value" in outcome ? { returns: outcome.value } : failing(outcome.reason);
  }
  return { returns: "value" in outcome ? ["ok", outcome.value] : ["exit", outcome.reason] };
};

/** So many milliseconds have passed at least before a step: what was slept, awaited in vain, and let settle. */
const passedBefore = (seen: Seen): number =>
  before(seen).reduce((sum, step) => {
    if (step.op === "settle") return sum + (typeof step["ms"] === "number" ? step["ms"] : 70);
    const made = seen.case.steps.find((one) => makesTask(one) && one["name"] === step["task"]);
    const end = endOf(made?.["body"]);
    if (!looksAtTask(step) || end === undefined) return sum;
    const timeout = typeof step["timeout"] === "number" ? step["timeout"] : 5000;
    return sum + Math.min(timeout, end.milliseconds);
  }, 0);

/** How a look is answered by a task that is asked by anyone, and again: nothing while it runs. */
const answerNow = (seen: Seen): JsonObject | undefined => {
  const { step } = seen;
  const end = endOf(makerOf(seen)?.["body"]);
  if (end === undefined) return undefined;
  const patience = step.op === "task.ignore" || step.op === "task.shutdown"
    ? 0
    : typeof step["timeout"] === "number"
    ? step["timeout"]
    : 5000;
  if (passedBefore(seen) + patience >= end.milliseconds) return answerTo(step, end);
  return step.op === "task.await" ? { fails: "timeout" } : { returns: null };
};

const looksBefore = (seen: Seen, op: RegExp): ReadonlyArray<Step> =>
  before(seen).filter((one) => looksAtTask(one) && op.test(one.op) && one["task"] === seen.step["task"]);

const observedOf = ({ case: { observed } }: Seen, step: Step): JsonObject | undefined =>
  observed.find((one) => one["as"] === step["as"]);

/** A shutdown that ended the task, before. */
const shutDownBefore = (seen: Seen): Step | undefined =>
  looksBefore(seen, /shutdown/).find((one) => observedOf(seen, one)?.["returns"] === null);

/** The task's answer was taken, or given up, before. */
const isAskedAgain = (seen: Seen): boolean => {
  const { step, observed } = seen;
  if (looksBefore(seen, /ignore/).length > 0 || !looksAtTask(step)) return false;
  const isInVain = observed["returns"] === null ||
    (Array.isArray(observed["exits"]) && observed["exits"][0] === "timeout");
  const taken = looksBefore(seen, /./).some((one) => {
    const seenThen = observedOf(seen, one);
    return seenThen?.["returns"] !== null || one.op === "task.shutdown";
  });
  return isInVain && taken;
};

/** Whether that process was killed by one of its tasks, or by those of a stream, and not of itself. */
const isKilledByTask = (seen: Seen): boolean => {
  const { case: { steps }, step, observed } = seen;
  const of = step["of"] ?? null;
  const endsItself = steps.some((one) =>
    processOf(one) === of && /^(return|exit|raise|throw|self_signal)$/.test(one.op)
  );
  const isSignalled = steps.some((one) => one.op === "signal" && one["to"] === `<${of}>`);
  const isDead = Array.isArray(observed["returns"]) && observed["returns"][0] === "dead";
  const owns = steps.some((one) =>
    processOf(one) === of &&
    (makesLinked(one) || (streams(one) && !one.op.endsWith("nolink")))
  );
  return step.op === "state" && isDead && owns && !endsItself && !isSignalled;
};

/** A message of a task's end: its reply, its DOWN, the EXIT of one that is linked. */
const isOfTask = (tasks: ReadonlyArray<Step>) => (message: Json): boolean => {
  if (!Array.isArray(message)) return false;
  const [tag, about] = message;
  return tasks.some((one) =>
    tag === `#${one["name"]}` || (tag === "DOWN" && about === `#${one["name"]}`) ||
    (tag === "EXIT" && about === `<${one["name"]}>`)
  );
};

/** The elements of a stream of items, none of which is over its time. */
const elementsOf = (step: Step): Json => {
  const items = Array.isArray(step["items"]) ? step["items"] : [];
  return list(items.map((item) => {
    const outcome = endOf(item)?.outcome ?? { value: null };
    return "value" in outcome ? ["ok", outcome.value] : ["exit", outcome.reason];
  }));
};

const isRefused = (observed: JsonObject): boolean =>
  isSame(unwrapped(observed), { exits: "noproc" }) || observed["raises"] === "RuntimeError";

/** The table; the first that applies counts. */
export const taskDifferences: ReadonlyArray<Difference> = [
  {
    what: "a process is not killed by the tasks that it made",
    why: kept,
    when: isKilledByTask,
    then: () => ({ returns: "alive" }),
  },
  {
    what: "and so it meets their failure when it looks at them",
    why: kept,
    when: ({ step, observed }) => looksAtTask(step) && observed["dies"] !== undefined,
    then: ({ observed }) => failing(observed["dies"] ?? null),
  },
  {
    what: "or as an element of their stream",
    why: kept,
    when: ({ step, observed }) => streams(step) && observed["dies"] !== undefined,
    then: ({ step }) => ({ returns: elementsOf(step) }),
  },
  {
    what: "a task's end is in the task, and no message",
    why: kept,
    when: (seen) => {
      const messages = messagesOf(seen.observed) ?? [];
      return messages.some(isOfTask(tasksOf(seen, processOf(seen.step))));
    },
    then: (seen) => {
      const isOne = isOfTask(tasksOf(seen, processOf(seen.step)));
      const rest = (messagesOf(seen.observed) ?? []).filter((message) => !isOne(message));
      return { returns: ["messages", list(rest)] };
    },
  },
  {
    what: "any process may look at a task",
    why: kept,
    when: (seen) => {
      const maker = makerOf(seen);
      return looksAtTask(seen.step) && seen.observed["raises"] === "ArgumentError" && maker !== undefined &&
        processOf(maker) !== processOf(seen.step);
    },
    then: (seen) => answerNow(seen) ?? seen.observed,
  },
  {
    what: "of a task that was shut down every look says so again",
    why: kept,
    when: (seen) => isAskedAgain(seen) && shutDownBefore(seen) !== undefined,
    then: (seen) => {
      const reason = shutDownBefore(seen)?.["timeout"] === "brutal_kill" ? "killed" : "shutdown";
      if (seen.step.op === "task.shutdown") return seen.observed;
      return answerTo(seen.step, { outcome: { reason }, milliseconds: 0 });
    },
  },
  {
    what: "a task that is asked again gives the same answer again, or the one that has come since",
    why: kept,
    when: (seen) => isAskedAgain(seen) && answerNow(seen) !== undefined,
    then: (seen) => answerNow(seen) ?? seen.observed,
  },
  {
    what: "that a supervisor is not there, or has no place, is met at await, and by the stream that asks it",
    why: later,
    when: ({ step, observed }) =>
      (streams(step) || (step.op.startsWith("tsup.") && makesTask(step))) && isRefused(observed),
    then: ({ step, observed }) =>
      makesTask(step)
        ? { returns: { task: step["name"] ?? null } }
        : { fails: observed["raises"] === undefined ? "noproc" : "max_children" },
  },
];
