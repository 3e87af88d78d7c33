/**
 * Journals and scenarios as text: simulated times only, so the same seed reads the same.
 *
 * @module
 */
import type { Entry } from "./journal.ts";
import { isOperation, type Scenario, type Step } from "./scenario.ts";

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(4).padStart(9);

/** One thing that happened, as a line. */
export const lineOf = (entry: Entry): string => `${seconds(entry.at)}  ${wordsOf(entry)}`;

const wordsOf = (entry: Entry): string => {
  switch (entry.what) {
    case "up":
      return `${entry.life} is up`;
    case "gone":
      return `${entry.life} is gone: ${entry.how}`;
    case "fault":
      return `FAULT ${entry.how}: ${entry.one} and ${entry.other === "*" ? "all others" : entry.other}`;
    case "linkUp":
      return `${entry.life} has a link to ${entry.other}`;
    case "linkLost":
      return `${entry.life} has no link to ${entry.other}: ${entry.how}`;
    case "born":
      return `${entry.who} begins, in slot ${entry.slot}`;
    case "died":
      return `${entry.who} ends with ${entry.reason}${
        entry.links.length > 0 ? `, linked to ${entry.links.join(", ")}` : ""
      }${entry.watchers.length > 0 ? `, watched by ${entry.watchers.join(", ")}` : ""}${
        entry.isCrash ? " (its node is gone)" : ""
      }`;
    case "trap":
      return `${entry.who} ${entry.on ? "traps" : "does not trap"} exits`;
    case "ending":
      return `${entry.who} is to end with ${entry.reason}`;
    case "named":
      return `${entry.who} has the name ${entry.name}`;
    case "unnamed":
      return `${entry.who} has the name ${entry.name} no more`;
    case "naming":
      return `${entry.who} wants to ${entry.how} ${entry.name}`;
    case "nameTold":
      return `${entry.who} ${entry.isDone ? "could" : "could not"} ${entry.how} ${entry.name}`;
    case "watched":
      return `${entry.who} watches ${entry.node}`;
    case "nodedown":
      return `${entry.who} hears that ${entry.node} is down`;
    case "aliased":
      return `${entry.who} has the alias ${entry.alias}${entry.isForOne ? ", for one message" : ""}`;
    case "unaliased":
      return `${entry.who} takes the alias ${entry.alias} back`;
    case "spawned":
      return `${entry.who} has spawned ${entry.to}, linked`;
    case "sent":
      return `${entry.who} sends message ${entry.number} to ${entry.to}${
        entry.bytes > 0 ? `, ${entry.bytes} bytes` : ""
      }`;
    case "got":
      return `${entry.who} gets message ${entry.number} of ${entry.from}`;
    case "timer":
      return `${entry.who} timer ${entry.number} is ${entry.is}`;
    case "linking":
      return `${entry.who} links to ${entry.to}`;
    case "linked":
      return `${entry.who} is linked to ${entry.to}`;
    case "unlinked":
      return `${entry.who} has unlinked from ${entry.to}`;
    case "signalled":
      return `${entry.who} sends ${entry.to} the exit signal ${entry.reason}`;
    case "exit":
      return `${entry.who} gets EXIT ${entry.reason} of ${entry.from}`;
    case "monitored":
      return `${entry.who} monitors ${entry.target} as ${entry.monitor}`;
    case "demonitored":
      return `${entry.who} takes monitor ${entry.monitor} back${entry.flush ? ", with its DOWN" : ""}`;
    case "down":
      return `${entry.who} gets DOWN ${entry.reason} for ${entry.monitor} of ${entry.target}`;
    case "asked":
      return `${entry.who} asks (${entry.ask}): ${entry.text}`;
    case "answered":
      return `${entry.who} is answered (${entry.ask}): ${entry.answer}`;
    case "ran":
      return `${entry.who} runs task ${entry.task}`;
    case "outcome":
      return `${entry.who} ${entry.by} of task ${entry.task}: ${entry.outcome}`;
    case "task":
      return `${entry.who} begins task ${entry.task} on ${entry.node}: ${entry.work}${
        entry.linked ? "" : ", not linked"
      }`;
    case "served":
      return `${entry.who} serves ${entry.number} of ${entry.from}`;
    case "called":
      return `${entry.who} calls the ledger on ${entry.node} (${entry.number}): ${entry.ask}`;
    case "cast":
      return `${entry.who} casts to the ledger on ${entry.node} (${entry.number})`;
    case "returned":
      return `${entry.who} call ${entry.number} gives ${entry.outcome}`;
    case "output":
      return `${entry.life} prints ${entry.text}`;
    case "rest":
      return "all is at rest";
    case "note":
      return entry.text;
  }
};

const detailsOf = (step: Step): string =>
  Object.entries(step).filter(([key]) => !["at", "by", "op", "fault"].includes(key))
    .map(([key, value]) => `${key} ${value}`).join(", ");

/** A scenario, line by line. */
export const linesOf = (scenario: Scenario): ReadonlyArray<string> => {
  const {
    seed,
    nodes,
    steps,
    isProven,
    isSealed,
    delay,
    splits,
    highWater,
    sliceSteps,
    restForOne,
    keepsLinks,
  } = scenario;
  return [
    `seed ${seed}: ${nodes.length} nodes, ${steps.length} steps, delays up to ${delay} ms${
      splits ? ", bytes in pieces" : ""
    }, high water at ${highWater} bytes, slices of ${sliceSteps} steps${restForOne ? ", rest for one" : ""}${
      keepsLinks ? ", links kept" : ""
    }${isProven ? `, links proven${isSealed ? " and sealed" : ""}` : ""}`,
    ...nodes.map(({ name, host, slots }, index) =>
      `  node ${index}: ${name}@${host}, slots ${slots.join(", ")}`
    ),
    ...steps.map((step, index) =>
      `  ${String(index).padStart(3)}. at ${step.at} ms: ${
        isOperation(step) ? `slot ${step.by}: ${step.op}` : step.fault
      } ${detailsOf(step)}`.trimEnd()
    ),
  ];
};
