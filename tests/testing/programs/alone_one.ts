/**
 * One of two test files whose tests must not run at the same time.
 *
 * @module
 */
import { alone } from "./alone.ts";

alone();
