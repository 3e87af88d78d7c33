/**
 * Doctests of modules whose examples hold, and of one without any.
 *
 * @module
 */
import { doctest } from "../../../src/testing/mod.ts";

doctest(import.meta.resolve("./documented.ts"), { tags: ["slow"], async: true });
doctest(import.meta.resolve("./words.ts"));
