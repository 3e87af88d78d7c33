/**
 * What an operation is, and how it reads the fields of its step.
 *
 * @module
 */
import type { Pid } from "../../mod.ts";
import type { Step } from "./differences.ts";
import { decodePid, type Json } from "./terms.ts";
import type { Work, World } from "./world.ts";

/** What a process does, and how its success is written as the oracle's JSON: as a term, if not said. */
export interface Operation {
  /** The Effect of a step; what is thrown here is met as a defect. */
  readonly run: (step: Step, world: World) => Work;
  readonly encode?: (value: unknown, world: World, step: Step) => Json;
}

/** A field that must be there. */
export const field = (step: Step, name: string): Json => {
  const value = step[name];
  if (value === undefined) throw new Error(`${step.op} needs ${name}`);
  return value;
};

/** A text that must be there. */
export const text = (step: Step, name: string): string => {
  const value = field(step, name);
  if (typeof value !== "string") throw new Error(`${step.op} needs a text for ${name}`);
  return value;
};

/** A number that must be there. */
export const number = (step: Step, name: string): number => {
  const value = field(step, name);
  if (typeof value !== "number") throw new Error(`${step.op} needs a number for ${name}`);
  return value;
};

/** The options of a step, if it has any. */
export const options = (step: Step): ReadonlyArray<Json> => {
  const given = step["options"];
  return Array.isArray(given) ? given : [];
};

/** The process that a field names. */
export const pid = (step: Step, name: string, world: World): Pid => decodePid(text(step, name), world.names);

/** An error raised by a program. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
}

/** Throws that. */
export const raise = (error: unknown): never => {
  throw error;
};
